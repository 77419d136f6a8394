import type { ZodType, z } from "zod";
import { message, nothing } from "../core/plainSchemas";
import { assistantErrors } from "../endpoint/errorFamilies";
import { formWebhook } from "../endpoint/formWebhook";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { paged } from "../endpoint/paged";
import { TWILIO_SECRETS } from "../endpoint/secrets";
import { answerCall } from "./answerCall";
import { cancelScheduledCall } from "./cancelScheduled";
import { addDoNotCall, listDoNotCall, removeDoNotCall } from "./doNotCall";
import { endCall } from "./endCall";
import { makeCalendarCall } from "./makeCalendarCall";
import { makeCall } from "./makeCall";
import { getCall, listCalls } from "./readCalls";
import { listScheduledCalls } from "./readScheduled";
import { receiveCall } from "./receiveCall";
import { receiveMessage } from "./receiveMessage";
import { recordAnsweredBy } from "./recordAnsweredBy";
import { recordCallRecording, recordCallStatus } from "./recordCall";
import { scheduleCall } from "./scheduleCall";
import * as schemas from "./schemas";
import { provenByTwilio } from "./signedByTwilio";
import * as webhooks from "./webhookSchemas";

type MakeCallInput = z.output<typeof schemas.makeCallInput>;
type MakeCalendarCallInput = z.output<typeof schemas.makeCalendarCallInput>;
type MakeCustomCallInput = z.output<typeof schemas.makeCustomCallInput>;

const PLACING_ERRORS = [
  "permission_denied",
  "not_found",
  "conflict",
  "rate_limited",
  "not_configured",
  "provider_failed",
  "provider_unavailable",
] as const;

const placing = {
  auth: "fresh",
  secrets: TWILIO_SECRETS,
  takesIdempotencyKey: true,
  errors: PLACING_ERRORS,
} as const;
const making = (input: ZodType<MakeCallInput>) =>
  operation({
    ...placing,
    summary: "Call a number",
    input,
    output: schemas.madeCall,
    run: async (ctx, { scenario, ...options }) => {
      const { callSid, sessionId } = await makeCall(ctx, { ...options, scenarioId: scenario });
      return { status: "success" as const, call_sid: callSid, session_id: sessionId };
    },
  });
const makingCustom = (input: ZodType<MakeCustomCallInput>) =>
  operation({
    ...placing,
    summary: "Call a number with a scenario of one's own",
    input,
    output: schemas.madeCustomCall,
    run: async (ctx, { scenario_id: scenarioId, ...options }) => {
      const { callSid, sessionId } = await makeCall(ctx, { ...options, scenarioId });
      return { status: "Custom call initiated" as const, call_sid: callSid, session_id: sessionId };
    },
  });
const makingCalendar = (input: ZodType<MakeCalendarCallInput>) =>
  operation({
    ...placing,
    summary: "Call a number, by an assistant that knows one's own calendar",
    input,
    output: schemas.madeCalendarCall,
    run: async (ctx, options) => {
      const { callSid, sessionId } = await makeCalendarCall(ctx, options);
      return {
        status: "success" as const,
        call_sid: callSid,
        session_id: sessionId,
        message: "Calendar call initiated" as const,
        phone_number: options.phone_number,
      };
    },
  });
const listing = operation({
  summary: "One's own calls, newest first",
  auth: "token",
  input: schemas.listCallsInput,
  output: schemas.listCallsOutput,
  run: listCalls,
});
const getting = operation({
  summary: "One of one's own calls",
  auth: "token",
  errors: ["not_found"],
  input: schemas.callRef,
  output: schemas.call,
  run: getCall,
});
const ending = operation({
  summary: "Hang up; ending a call again changes nothing",
  auth: "token",
  secrets: TWILIO_SECRETS,
  errors: ["not_found", "not_configured", "provider_unavailable"],
  input: schemas.callRef,
  output: schemas.endedCall,
  run: endCall,
});

const barring = operation({
  summary: "Put a number on one's own do-not-call list",
  auth: "token",
  errors: ["rate_limited"],
  input: schemas.doNotCallInput,
  output: schemas.doNotCallEntry,
  run: addDoNotCall,
});
const listingBarred = operation({
  summary: "The numbers on one's own do-not-call list",
  auth: "token",
  input: nothing,
  output: schemas.doNotCallEntry.array(),
  run: listDoNotCall,
});
const unbarring = operation({
  summary: "Take a number off one's own do-not-call list; what its owner has said stays",
  auth: "token",
  errors: ["rate_limited"],
  input: schemas.doNotCallInput,
  output: message,
  run: removeDoNotCall,
});
const scheduling = operation({
  summary: "Schedule a call, at least a minute and at most a year ahead",
  auth: "fresh",
  takesIdempotencyKey: true,
  errors: ["not_found", "conflict", "rate_limited", "not_configured"],
  secrets: TWILIO_SECRETS,
  input: schemas.scheduleInput,
  output: schemas.scheduledCall,
  run: scheduleCall,
});
const listingScheduled = operation({
  summary: "One's own scheduled calls, the farthest first",
  auth: "token",
  input: schemas.listScheduledInput,
  output: schemas.listScheduledOutput,
  run: listScheduledCalls,
});
const cancelling = operation({
  summary: "Cancel a scheduled call; again it changes nothing",
  auth: "token",
  errors: ["not_found", "conflict"],
  input: schemas.scheduledRef,
  output: message,
  run: cancelScheduledCall,
});
const answering = operation({
  summary: "Twilio asks what to do with a call that we placed",
  auth: "signature",
  secrets: [...TWILIO_SECRETS, "SECRET_KEY"],
  input: webhooks.answerInput,
  output: webhooks.twiml,
  run: answerCall,
});
const receiving = operation({
  summary: "Twilio asks what to do with a call that came in",
  auth: "signature",
  secrets: [...TWILIO_SECRETS, "SECRET_KEY"],
  input: webhooks.receiveInput,
  output: webhooks.twiml,
  run: receiveCall,
});
const tellingStatus = operation({
  summary: "Twilio tells what a call has become",
  auth: "signature",
  secrets: TWILIO_SECRETS,
  input: webhooks.statusInput,
  output: webhooks.noAnswer,
  errors: ["not_found"],
  run: recordCallStatus,
});
const tellingRecording = operation({
  summary: "Twilio tells that a call's recording is there",
  auth: "signature",
  secrets: TWILIO_SECRETS,
  input: webhooks.recordingInput,
  output: webhooks.noAnswer,
  errors: ["not_found"],
  run: recordCallRecording,
});
const tellingAnsweredBy = operation({
  summary: "Twilio tells whether a person or a machine has answered",
  auth: "signature",
  secrets: TWILIO_SECRETS,
  input: webhooks.answeredByInput,
  output: webhooks.noAnswer,
  run: recordAnsweredBy,
});
const receivingMessage = operation({
  summary: "Twilio passes on a text message: STOP puts its sender on the do-not-call list",
  auth: "signature",
  secrets: TWILIO_SECRETS,
  input: webhooks.messageInput,
  output: webhooks.twiml,
  run: receiveMessage,
});

const family = assistantErrors;
export const makeCallHttp = https({
  path: "/make-call/{phone_number}/{scenario}",
  family,
  routes: { GET: route(making(schemas.makeCallQuery)), POST: route(making(schemas.makeCallInput)) },
});
export const makeCustomCallHttp = https({
  path: "/make-custom-call/{phone_number}/{scenario_id}",
  family,
  routes: {
    GET: route(makingCustom(schemas.makeCustomCallQuery)),
    POST: route(makingCustom(schemas.makeCustomCallInput)),
  },
});
export const makeCalendarCallHttp = https({
  path: "/make-calendar-call-scenario/{phone_number}",
  family,
  routes: {
    GET: route(makingCalendar(schemas.makeCalendarCallQuery)),
    POST: route(makingCalendar(schemas.makeCalendarCallInput)),
  },
});
export const callsHttp = https({
  path: "/calls",
  family,
  routes: {
    GET: route(
      listing,
      paged(({ calls }) => calls, schemas.call),
    ),
  },
});
export const callHttp = https({ path: "/calls/{call_sid}", family, routes: { GET: route(getting) } });
export const callEndHttp = https({ path: "/calls/{call_sid}/end", family, routes: { POST: route(ending) } });

export const scheduleCallHttp = https({
  path: "/schedule-call",
  family,
  routes: { POST: route(scheduling, { status: 201 }) },
});
export const scheduledCallsHttp = https({
  path: "/scheduled-calls",
  family,
  routes: {
    GET: route(
      listingScheduled,
      paged(({ calls }) => calls, schemas.scheduledCall),
    ),
  },
});
export const scheduledCallHttp = https({
  path: "/scheduled-calls/{id}",
  family,
  routes: { DELETE: route(cancelling) },
});
export const doNotCallHttp = https({
  path: "/do-not-call",
  family,
  routes: { GET: route(listingBarred), POST: route(barring, { status: 201 }) },
});
export const doNotCallEntryHttp = https({
  path: "/do-not-call/{phone_number}",
  family,
  routes: { DELETE: route(unbarring) },
});

export const twilioVoiceOutboundHttp = https({
  path: "/twilio/voice/outbound",
  family,
  routes: { POST: formWebhook(answering, provenByTwilio) },
});
export const twilioVoiceInboundHttp = https({
  path: "/twilio/voice/inbound",
  family,
  routes: { POST: formWebhook(receiving, provenByTwilio) },
});
export const twilioVoiceStatusHttp = https({
  path: "/twilio/voice/status",
  family,
  routes: { POST: formWebhook(tellingStatus, provenByTwilio, "nothing") },
});
export const twilioVoiceRecordingHttp = https({
  path: "/twilio/voice/recording",
  family,
  routes: { POST: formWebhook(tellingRecording, provenByTwilio, "nothing") },
});
export const twilioVoiceAmdHttp = https({
  path: "/twilio/voice/amd",
  family,
  routes: { POST: formWebhook(tellingAnsweredBy, provenByTwilio, "nothing") },
});
export const twilioMessagesHttp = https({
  path: "/twilio/messages",
  family,
  routes: { POST: formWebhook(receivingMessage, provenByTwilio) },
});
