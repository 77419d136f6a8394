import { z } from "zod";
import { pageFields } from "../core/plainSchemas";
import { scenarioId, variables } from "../scenarios/schemas";
import {
  DEFAULT_SESSIONS_PER_PAGE,
  MAX_INSTRUCTIONS_CHARACTERS,
  MAX_MESSAGE_CHARACTERS,
  MAX_SESSIONS_PER_PAGE,
  MAX_TRANSCRIPT_BYTES,
  MAX_TRANSCRIPT_MESSAGES,
} from "./limits";

/** The voices of the realtime models, November 2026. */
export const REALTIME_VOICES = [
  "alloy",
  "ash",
  "ballad",
  "coral",
  "echo",
  "sage",
  "shimmer",
  "verse",
  "marin",
  "cedar",
] as const;

/** A client-chosen id, a UUID as a rule. What Firestore reserves (`__…__`) is refused. */
export const sessionId = z
  .string()
  .regex(/^(?!__)[A-Za-z0-9_-]{1,128}$/, {
    error: "must be 1 to 128 letters, digits, - or _, and not start with __",
  })
  .meta({
    description: "Chosen by the client, a UUID as a rule.",
    examples: ["0b6f5a52-6b0b-4a9e-9a57-1f2f7e1c9d10"],
  });

const userId = z.string().min(1).max(128).meta({ description: "The caller's Firebase uid." });
const timestamp = z.iso.datetime({ offset: true });

/** Whether the tag is one that can be named to the model; a well-formed one may still be none. */
function isNamedLanguage(tag: string): boolean {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) !== undefined;
  } catch {
    return false;
  }
}

export const language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, { error: "must be a language tag such as en or pt-BR" })
  .refine(isNamedLanguage, { error: "must be a language tag such as en or pt-BR" })
  .meta({ description: "The language spoken, as a BCP 47 tag; helps transcription and answers." });

export const connectInput = z
  .strictObject({
    sessionId,
    userId,
    instructions: z
      .string()
      .min(1)
      .max(MAX_INSTRUCTIONS_CHARACTERS)
      .optional()
      .meta({ description: "How the assistant shall behave; fixed for the session." }),
    voice: z.enum(REALTIME_VOICES).optional(),
    language: language.optional(),
    scenarioId: scenarioId.optional().meta({
      description:
        "A built-in scenario or one of one's own: it gives the instructions, and the voice unless one is named.",
    }),
    variables: variables.optional(),
    calendar: z.boolean().optional().meta({
      description: "Lets the assistant read and change the calendar that the caller has connected.",
    }),
    transport: z.enum(["relay", "webrtc"]).optional().meta({
      description: "How the client speaks: over the relay's WebSocket (the default), or over WebRTC.",
    }),
  })
  .refine(({ scenarioId, instructions }) => scenarioId === undefined || instructions === undefined, {
    path: ["instructions"],
    error: "the scenario gives them",
  })
  .refine(({ scenarioId, variables }) => scenarioId !== undefined || variables === undefined, {
    path: ["variables"],
    error: "belong to a scenario",
  });
export type ConnectInput = z.output<typeof connectInput>;

const connected = {
  sessionId,
  expiresAt: timestamp.meta({ description: "When the session ends by itself." }),
};
export const relayOutput = z.object({
  wsUrl: z
    .string()
    .meta({ description: "The relay's address with a ticket: single use, valid for 60 seconds." }),
  ...connected,
});
export const webrtcOutput = z.object({
  callsUrl: z.string().meta({ description: "Where to post the SDP offer, with the sessionId." }),
  ...connected,
});
/** By the transport that was asked for. */
export const connectOutput = z.union([relayOutput, webrtcOutput]);
export type RelayOutput = z.output<typeof relayOutput>;
export type WebrtcOutput = z.output<typeof webrtcOutput>;

export const sessionRef = z.strictObject({ sessionId });
export type SessionRef = z.output<typeof sessionRef>;

export const success = z.object({ success: z.literal(true) });

export const transcriptMessage = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string().max(MAX_MESSAGE_CHARACTERS),
  timestamp,
});
export type TranscriptMessage = z.output<typeof transcriptMessage>;

export const saveTranscriptInput = z.strictObject({
  sessionId,
  messages: z
    .array(transcriptMessage)
    .max(MAX_TRANSCRIPT_MESSAGES)
    .refine((messages) => Buffer.byteLength(JSON.stringify(messages)) <= MAX_TRANSCRIPT_BYTES, {
      error: `must not exceed ${MAX_TRANSCRIPT_BYTES / 1_024} KiB together`,
    }),
});
export type SaveTranscriptInput = z.output<typeof saveTranscriptInput>;

export const listInput = z.strictObject({
  userId,
  ...pageFields({ usual: DEFAULT_SESSIONS_PER_PAGE, most: MAX_SESSIONS_PER_PAGE }),
});
export type ListInput = z.output<typeof listInput>;

export const SESSION_KINDS = ["app", "webrtc", "phone", "vapi"] as const;

/**
 * Why a session ended. The first three: by its user, by its time, by silence. The others are of phone calls: `hangup` by
 * the person called or calling, `assistant` by the model, `transferred` to a human, `voicemail` because an answering
 * machine took it, `spent` because it had cost what was set aside for it; and calls that nobody took. `replaced` by the
 * next session of the same interview; `misused`, of a WebRTC call, because its client would not keep to what the server
 * allows.
 */
export const END_REASONS = [
  "client",
  "expired",
  "idle",
  "hangup",
  "assistant",
  "transferred",
  "voicemail",
  "spent",
  "replaced",
  "misused",
  "busy",
  "no_answer",
  "canceled",
  "failed",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Tokens by kind and what they cost. Cached tokens are a part of the input tokens, not on top of them. */
export const usage = z
  .object({
    responses: z.number().int(),
    textIn: z.number().int(),
    textCachedIn: z.number().int(),
    textOut: z.number().int(),
    audioIn: z.number().int(),
    audioCachedIn: z.number().int(),
    audioOut: z.number().int(),
    costUsd: z.number().nullable().meta({ description: "null when the model has no price in the table." }),
  })
  .meta({ id: "Usage" });
export type Usage = z.output<typeof usage>;

export const session = z
  .object({
    sessionId,
    userId,
    kind: z.enum(SESSION_KINDS),
    status: z.enum(["active", "ended"]),
    createdAt: timestamp,
    expiresAt: timestamp,
    endedAt: timestamp.optional(),
    endReason: z.enum(END_REASONS).optional(),
    model: z.string(),
    voice: z.enum(REALTIME_VOICES),
    language: z.string().optional(),
    scenarioId: z.string().optional(),
    interview: z
      .object({ interviewId: z.string(), questionNumber: z.number().int() })
      .optional()
      .meta({ description: "The question that is practised in it." }),
    usage: usage.optional().meta({ description: "Set once the session has ended." }),
  })
  .meta({ id: "VoiceSession" });
export type Session = z.output<typeof session>;

export const listOutput = z.object({ sessions: z.array(session), nextCursor: z.string().optional() });
export type ListOutput = z.output<typeof listOutput>;

export const transcript = z
  .object({
    sessionId,
    userId,
    messages: z.array(
      z.object({
        role: z.enum(["user", "assistant"]),
        content: z.string(),
        timestamp: timestamp,
        itemId: z.string().optional().meta({ description: "Set on turns that the relay recorded." }),
        interrupted: z.boolean().optional().meta({ description: "The user cut the assistant off." }),
      }),
    ),
    createdAt: timestamp,
    complete: z.boolean().meta({ description: "The session has ended and every turn is in." }),
    truncated: z.boolean().optional(),
  })
  .meta({ id: "VoiceTranscript" });
export type Transcript = z.output<typeof transcript>;
