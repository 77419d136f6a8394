import { z } from "zod";
import { ANSWERED_BY } from "../voice/callRecord";
import { sessionId } from "../voice/schemas";

// What Twilio posts, as far as it is read: loose, for it adds fields as it likes. Forms know only text.

const callSid = z.string().min(1).max(64);
const number = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const optionalNumber = number.optional().catch(undefined);

const answerFields = {
  CallSid: callSid,
  CallStatus: z.string().max(32).default(""),
  /** How the number answered that the caller was put through to. */
  DialCallStatus: z.string().max(32).optional(),
};

export const answerInput = z.looseObject({ ...answerFields, session: sessionId });
export type AnswerInput = z.output<typeof answerInput>;

/** `session` is there once we know the call: at first Twilio knows only the number's address. */
export const receiveInput = z.looseObject({
  ...answerFields,
  session: sessionId.optional(),
  CallSid: callSid.regex(/^CA[0-9a-fA-F]{32}$/),
  From: z.string().max(64).default(""),
  To: z.string().max(64),
});
export type ReceiveInput = z.output<typeof receiveInput>;

/** https://www.twilio.com/docs/voice/api/call-resource#statuscallback */
export const statusInput = z.looseObject({
  session: sessionId.optional(),
  CallSid: callSid,
  CallStatus: z.string().max(32),
  SequenceNumber: optionalNumber,
  /** RFC 2822 */
  Timestamp: z.string().max(64).optional(),
  CallDuration: optionalNumber,
});
export type StatusInput = z.output<typeof statusInput>;

/** https://www.twilio.com/docs/voice/api/recording#recording-status-callback */
export const recordingInput = z.looseObject({
  session: sessionId.optional(),
  CallSid: callSid,
  RecordingSid: z.string().max(64),
  RecordingStatus: z.string().max(32),
  RecordingDuration: optionalNumber,
  RecordingChannels: optionalNumber,
});
export type RecordingInput = z.output<typeof recordingInput>;

/** https://www.twilio.com/docs/voice/answering-machine-detection#asyncamdstatuscallback */
export const answeredByInput = z.looseObject({
  session: sessionId,
  CallSid: callSid,
  AnsweredBy: z.enum(ANSWERED_BY).catch("unknown"),
});
export type AnsweredByInput = z.output<typeof answeredByInput>;

/** https://www.twilio.com/docs/messaging/guides/webhook-request */
export const messageInput = z.looseObject({
  From: z.string().max(64),
  Body: z.string().default(""),
  /** What Twilio has made of it, where its advanced opt-out is on. */
  OptOutType: z.enum(["STOP", "START", "HELP"]).optional().catch(undefined),
});
export type MessageInput = z.output<typeof messageInput>;

export const twiml = z.string();
export const noAnswer = z.undefined();
