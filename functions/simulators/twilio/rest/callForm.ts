import type { Account } from "../account.js";
import {
  type CallRequest,
  DEFAULT_TIME_LIMIT_SECONDS,
  DEFAULT_TIMEOUT_SECONDS,
  type StatusEvent,
  type TwimlSource,
} from "../call/callRequest.js";
import { type Form, flagOf, integerOf, wordOf } from "./form.js";
import { hookOf } from "./hooks.js";
import { calleeOf, callerIdOf } from "./phoneNumbers.js";
import { RestRefusal } from "./refusal.js";

const EVENTS = ["initiated", "ringing", "answered", "completed"] as const;
const TWIML_MAX_CHARACTERS = 4_000;

/**
 * Reads the parameters of a call to create: https://www.twilio.com/docs/voice/api/call-resource#create-a-call
 * @throws RestRefusal
 */
export function readCallForm(form: Form, account: Account): CallRequest {
  return {
    to: calleeOf(form.get("To")),
    from: callerIdOf(form.get("From"), account),
    source: required(readSource(form)),
    fallback: hookOf(form, "FallbackUrl", "FallbackMethod"),
    statusCallback: hookOf(form, "StatusCallback"),
    statusEvents: readEvents(form),
    timeoutSeconds: integerOf(form, "Timeout", {
      min: 1,
      max: 600,
      otherwise: DEFAULT_TIMEOUT_SECONDS,
      code: 21208,
    }),
    timeLimitSeconds: integerOf(form, "TimeLimit", {
      min: 1,
      max: 86_400,
      otherwise: DEFAULT_TIME_LIMIT_SECONDS,
    }),
    recording: readRecording(form),
    machineDetection: readDetection(form),
  };
}

/** The TwiML that a form asks to run, by address or itself; undefined when it asks for none. @throws RestRefusal */
export function readSource(form: Form): TwimlSource | undefined {
  const hook = hookOf(form, "Url", "Method");
  const twiml = form.get("Twiml");
  if (!twiml) return hook;
  if (hook) throw new RestRefusal(20001, "give either Url or Twiml, not both");
  if (twiml.length > TWIML_MAX_CHARACTERS) throw new RestRefusal(32018);
  return { twiml };
}

function required(source: TwimlSource | undefined): TwimlSource {
  if (!source) throw new RestRefusal(21205, "Url or Twiml is required");
  return source;
}

function readEvents(form: Form): StatusEvent[] {
  const given = form.getAll("StatusCallbackEvent").flatMap((value) => value.split(" ").filter(Boolean));
  if (given.length === 0) return ["completed"];
  const unknown = given.filter((one) => !EVENTS.some((event) => event === one));
  if (unknown.length > 0) throw new RestRefusal(21626, unknown.join(" "));
  return EVENTS.filter((event) => given.includes(event));
}

function readRecording(form: Form): CallRequest["recording"] {
  const channels = wordOf(form, "RecordingChannels", ["mono", "dual"]);
  const callback = hookOf(form, "RecordingStatusCallback");
  return flagOf(form, "Record") ? { channels: channels === "dual" ? 2 : 1, callback } : undefined;
}

function readDetection(form: Form): CallRequest["machineDetection"] {
  const mode = wordOf(form, "MachineDetection", ["Enable", "DetectMessageEnd"]);
  const isAsync = flagOf(form, "AsyncAmd");
  const callback = hookOf(form, "AsyncAmdStatusCallback");
  return mode && { isAsync, callback };
}
