import type {
  CollectionReference,
  DocumentReference,
  DocumentSnapshot,
  Firestore,
} from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";
import { DEFAULT_VOICEMAIL_ACTION, VOICEMAIL_ACTIONS } from "../scenarios/voicemail";
import { callRecord } from "./callRecord";
import { END_REASONS, REALTIME_VOICES, SESSION_KINDS, usage } from "./schemas";

const scenarioSnapshot = z.object({
  scenarioId: z.string(),
  persona: z.string(),
  prompt: z.string(),
  voiceType: z.string(),
  temperature: z.number().optional(),
  onVoicemail: z.enum(VOICEMAIL_ACTIONS).default(DEFAULT_VOICEMAIL_ACTION),
});

const vapiRecord = z.object({
  assistantId: z.string(),
  /** The one call of Vapi's that is this session; null until the first message of one names it. */
  callId: z.string().nullable(),
  /** The whole conversation was told at the end: what was told of it live no longer counts. */
  isReported: z.boolean().default(false),
  /** Further calls that have named this session: nothing of them is stored here, and they are erased with it. */
  otherCallIds: z.array(z.string()).default([]),
  /** Of the start that has opened it, and of no other. */
  startId: z.string().optional(),
});

export const sessionDoc = z.object({
  sessionId: z.string(),
  userId: z.string(),
  kind: z.enum(SESSION_KINDS).default("app"),
  status: z.enum(["active", "ended"]),
  createdAt: timestamp,
  expiresAt: timestamp,
  endedAt: timestamp.optional(),
  endReason: z.enum(END_REASONS).optional(),
  /** Where it was replaced: the same question is practised in the session that took its place. */
  isRepeated: z.boolean().optional(),
  /** When it is erased, where sessions are kept for a time. */
  deleteAt: timestamp.optional(),
  model: z.string(),
  voice: z.enum(REALTIME_VOICES),
  language: z.string().optional(),
  instructions: z.string(),
  /** The scenario as it was when the session began. */
  scenario: scenarioSnapshot.optional(),
  /** The question of an interview that is practised in it. */
  interview: z.object({ interviewId: z.string(), questionNumber: z.number().int() }).optional(),
  /** The assistant may read and change its user's calendar. */
  calendar: z.boolean().optional(),
  /** The WebRTC call that it has now, as OpenAI knows it. */
  webrtcCallId: z.string().optional(),
  /** Which relay instance and which of its sockets hold the session now; null when none does. */
  relayId: z.string().nullable().default(null),
  connectionId: z.string().nullable().default(null),
  /** How often a socket was attached: more than zero means the model must be told what was said. */
  connections: z.number().int().default(0),
  usage: usage.optional(),
  /** Where the speaker is on the phone. */
  call: callRecord.optional(),
  /** Where the speaker talks with an assistant of Vapi's. */
  vapi: vapiRecord.optional(),
});
export type SessionDoc = z.output<typeof sessionDoc>;

/** Single use: deleted by whoever redeems it. The document's id is the SHA-256 of the ticket. */
export const ticketDoc = z.object({ sessionId: z.string(), userId: z.string(), expiresAt: timestamp });
export type TicketDoc = z.output<typeof ticketDoc>;

/**
 * A WebRTC call, in `voiceSidebands/{callId}`: there from its beginning until it is known to be over, so that none is left
 * behind.
 */
export const sidebandDoc = z.object({
  /** As OpenAI knows the call: `rtc_…`. */
  callId: z.string(),
  sessionId: z.string(),
  userId: z.string(),
  /** Of the key that it was made with: see `keyIdOf`. */
  keyId: z.string(),
  /** The relay's connection that is in the call, or about to join it; null where none is. */
  heldBy: z.string().nullable(),
  /** Until when it need not say so again; whoever finds that past may take the call up. */
  heldUntil: timestamp,
  /** A relay was in this call: the model knows what was said in it. */
  wasJoined: z.boolean(),
  /** Its user was told that the time is nearly up. */
  wasWarned: z.boolean().default(false),
  /** When the store may forget it: long after OpenAI has ended the call by itself. */
  expiresAt: timestamp,
});
export type SidebandDoc = z.output<typeof sidebandDoc>;

/** One document a user: what the limits need to know, so that a decision costs one read and one write. */
export const userLimitsDoc = z.object({
  /** When the user connected lately, ms since the epoch. */
  connects: z.array(z.number()).default([]),
  /** By which the last connect knows itself again, where it has to. */
  connectId: z.string().optional(),
  /** When the user was given a key for the model itself lately, ms since the epoch. */
  keys: z.array(z.number()).default([]),
  /** Open sessions and when each expires, ms since the epoch: an entry left behind stops counting by itself. */
  active: z.record(z.string(), z.number()).default({}),
  expiresAt: timestamp.optional(),
});
export type UserLimitsDoc = z.output<typeof userLimitsDoc>;

/** One spoken turn, in `voiceTranscripts/{sessionId}/turns/{itemId}`. */
export const turnDoc = z.object({
  sessionId: z.string(),
  userId: z.string(),
  itemId: z.string(),
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  /** When the turn began. */
  timestamp: timestamp,
  /** Place in the conversation; turns inserted between two others get a fraction. */
  order: z.number(),
  interrupted: z.boolean().default(false),
  /** Milliseconds of the assistant's audio that were heard, where it was cut off. */
  heardMs: z.number().optional(),
});
export type TurnDoc = z.output<typeof turnDoc>;

/** What one response of the model used, in `voiceSessions/{sessionId}/responses/{responseId}`. */
export const responseDoc = usage.extend({ createdAt: timestamp, model: z.string() });
export type ResponseDoc = z.output<typeof responseDoc>;

export const transcriptDoc = z.object({
  sessionId: z.string(),
  userId: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(["user", "assistant"]),
        content: z.string(),
        timestamp: z.string(),
        itemId: z.string().optional(),
        interrupted: z.boolean().optional(),
      }),
    )
    .default([]),
  createdAt: timestamp,
  completedAt: timestamp.optional(),
  truncated: z.boolean().optional(),
});
export type TranscriptDoc = z.output<typeof transcriptDoc>;
export type StoredMessage = TranscriptDoc["messages"][number];

const sessionConverter = converter<SessionDoc>(sessionDoc);
const ticketConverter = converter<TicketDoc>(ticketDoc);
const sidebandConverter = converter<SidebandDoc>(sidebandDoc);
const userLimitsConverter = converter<UserLimitsDoc>(userLimitsDoc);
const turnConverter = converter<TurnDoc>(turnDoc);
const responseConverter = converter<ResponseDoc>(responseDoc);
const transcriptConverter = converter<TranscriptDoc>(transcriptDoc);

type Collection<T extends Record<string, unknown>> = CollectionReference<T, T>;
export type Snapshot<T extends Record<string, unknown>> = DocumentSnapshot<T, T>;
export type Reference<T extends Record<string, unknown>> = DocumentReference<T, T>;

/** `voiceSessions`: every kind of session. */
export function sessions(db: Firestore): Collection<SessionDoc> {
  return db.collection("voiceSessions").withConverter(sessionConverter);
}

/** `voiceSessions/{sessionId}/responses`: usage, one document a response, so that adding up is idempotent. */
export function responses(db: Firestore, sessionId: string): Collection<ResponseDoc> {
  return db.collection(`voiceSessions/${sessionId}/responses`).withConverter(responseConverter);
}

/** `voiceTickets`: hashes of relay tickets that were not used yet. */
export function tickets(db: Firestore): Collection<TicketDoc> {
  return db.collection("voiceTickets").withConverter(ticketConverter);
}

/** `voiceSidebands`: WebRTC calls that are not known to be over. */
export function sidebands(db: Firestore): Collection<SidebandDoc> {
  return db.collection("voiceSidebands").withConverter(sidebandConverter);
}

/** `voiceUsers`: one document a user, for limits. */
export function userLimits(db: Firestore): Collection<UserLimitsDoc> {
  return db.collection("voiceUsers").withConverter(userLimitsConverter);
}

/** `voiceTranscripts`: the conversation of a session, whole once it has ended. */
export function transcripts(db: Firestore): Collection<TranscriptDoc> {
  return db.collection("voiceTranscripts").withConverter(transcriptConverter);
}

/** `voiceTranscripts/{sessionId}/turns`: each turn, as it is spoken. */
export function turns(db: Firestore, sessionId: string): Collection<TurnDoc> {
  return db.collection(`voiceTranscripts/${sessionId}/turns`).withConverter(turnConverter);
}
