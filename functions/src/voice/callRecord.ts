import { z } from "zod";
import { timestamp } from "../core/documents";
import type { VoicemailAction } from "../scenarios/voicemail";

/** What a call can be, as Twilio names it, in the order in which it becomes so; the last five are the end. */
export const CALL_STATUSES = [
  "queued",
  "initiated",
  "ringing",
  "in-progress",
  "completed",
  "busy",
  "no-answer",
  "canceled",
  "failed",
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Who has answered, as Twilio detects it. https://www.twilio.com/docs/voice/answering-machine-detection */
export const ANSWERED_BY = [
  "human",
  "machine_start",
  "machine_end_beep",
  "machine_end_silence",
  "machine_end_other",
  "fax",
  "unknown",
] as const;
export type AnsweredBy = (typeof ANSWERED_BY)[number];

/** When a call became what it is, and Twilio's number of that event where it gave one. */
const statusEvent = z.object({ at: timestamp, sequence: z.number().int().optional() });

/** What Twilio takes. */
const price = z.object({ amount: z.number(), unit: z.string() });

/**
 * The phone's part of a session. Everything in it is absolute, a status under its own name: callbacks that come twice
 * or in any order leave the same.
 */
export const callRecord = z.object({
  direction: z.enum(["outbound", "inbound"]),
  /** null until Twilio has told it. */
  callSid: z.string().nullable(),
  /** E.164 */
  from: z.string(),
  to: z.string(),
  maxMinutes: z.number().int(),
  record: z.boolean(),
  statuses: z.partialRecord(z.enum(CALL_STATUSES), statusEvent).default({}),
  /** How often Twilio has asked what to do with the call. */
  answers: z.number().int().default(0),
  /** Told once the detection has come to an end. */
  answeredBy: z.enum(ANSWERED_BY).optional(),
  durationSeconds: z.number().int().optional(),
  price: price.optional(),
  /** Of the call to the human whom the caller was put through to, where it was. */
  transferPrice: price.optional(),
  recording: z
    .object({
      recordingSid: z.string(),
      status: z.string(),
      durationSeconds: z.number().int().optional(),
      channels: z.number().int().optional(),
    })
    .optional(),
  /** Twilio's transcript of the recording, where one was asked for. */
  intelligence: z
    .object({
      status: z.enum(["requested", "completed", "failed"]),
      /** null until Twilio has told it. */
      transcriptSid: z.string().nullable(),
      /** Twilio was asked to make it. */
      isAsked: z.boolean().default(true),
      /** When Twilio is to be asked how it stands; null when all is known. */
      checkAt: timestamp.nullable(),
      /** How often it was asked. */
      checks: z.number().int(),
    })
    .optional(),
  /** Why it could be placed, where we placed it. */
  verdict: z
    .object({
      allowedAt: timestamp,
      /** Where the person called may be. */
      zones: z.array(z.string()),
      /** What the call may cost, set aside on `day` (UTC) until it is settled. */
      reserveUsd: z.number(),
      day: z.string(),
    })
    .optional(),
  /** What it has cost all in all, once that is settled. */
  costUsd: z.number().optional(),
  /** When Twilio is to be asked how the call stands; null when all is known. */
  checkAt: timestamp.nullable(),
  /** How often it was asked. */
  checks: z.number().int().default(0),
});
export type CallRecord = z.output<typeof callRecord>;

const FINAL: ReadonlySet<CallStatus> = new Set(["completed", "busy", "no-answer", "canceled", "failed"]);

export function isFinal(status: CallStatus): boolean {
  return FINAL.has(status);
}

/** Whether nobody listens: a machine has answered, or a fax. */
export function isMachine(answeredBy: AnsweredBy | undefined): boolean {
  return answeredBy !== undefined && answeredBy !== "human" && answeredBy !== "unknown";
}

/** Whether a message is to be spoken to the machine that has answered. */
export function awaitsMessage(
  { answeredBy }: Pick<CallRecord, "answeredBy">,
  onVoicemail: VoicemailAction | undefined,
): boolean {
  return onVoicemail === "leave_message" && isMachine(answeredBy) && answeredBy !== "fax";
}

/** Whether the call is to end at once, for a machine has answered that nothing is to be said to. */
export function isHungUpOn(
  { answeredBy }: Pick<CallRecord, "answeredBy">,
  onVoicemail: VoicemailAction | undefined,
): boolean {
  if (!isMachine(answeredBy)) return false;
  return onVoicemail === "hang_up" || (onVoicemail === "leave_message" && answeredBy === "fax");
}

/**
 * What a call has come to: the farthest it got, and of two ends the one that Twilio numbered higher. undefined where
 * Twilio has told nothing of it yet.
 */
export function statusOf({ statuses }: Pick<CallRecord, "statuses">): CallStatus | undefined {
  const farthest = (status: CallStatus) =>
    Math.min(CALL_STATUSES.indexOf(status), CALL_STATUSES.indexOf("completed"));
  const sequence = (status: CallStatus) => statuses[status]?.sequence ?? -1;
  const known = CALL_STATUSES.filter((status) => statuses[status] !== undefined);
  return known.sort((a, b) => farthest(a) - farthest(b) || sequence(a) - sequence(b)).at(-1);
}
