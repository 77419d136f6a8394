import type { CollectionReference, Firestore } from "firebase-admin/firestore";
import { z } from "zod";
import { converter, timestamp } from "../core/documents";
import { speaker, timeline } from "./conversation";
import { listedTranscript } from "./enhancedTranscript";

/** One conversation, enhanced; the document's id is its session's. What was said is in `parts` below it. */
const transcriptDoc = z.object({
  sessionId: z.string(),
  userId: z.string(),
  /** Twilio's, where it has transcribed the call; else the session's id. */
  transcriptSid: z.string(),
  callDate: timestamp,
  callDirection: z.string(),
  scenarioName: z.string(),
  durationSeconds: z.number().int().optional(),
  speakers: z.array(speaker),
  timeline,
  listed: listedTranscript,
  parts: z.number().int(),
  /** There was more of it than is kept. */
  truncated: z.boolean().optional(),
});
export type TranscriptDoc = z.output<typeof transcriptDoc>;

/** Some of the turns, in order, as JSON: no document holds a long conversation, and nobody queries what was said. */
const partDoc = z.object({ userId: z.string(), turns: z.string() });
export type PartDoc = z.output<typeof partDoc>;

/** What a provider holds of a session that was erased; the document's id is the provider's. The receipt, once it is gone. */
const providerErasureDoc = z.object({
  userId: z.string(),
  sessionId: z.string(),
  /**
   * `call`: whatever Twilio is found to have of it. `vapi_call`: a call at Vapi, with all that hangs on it. `vapi_session`: no
   * receipt, but the note that the session was erased, whose id it has: calls that name it from then on are erased as well.
   */
  what: z.enum(["recording", "transcript", "call", "vapi_call", "vapi_session"]),
  sid: z.string(),
  status: z.enum(["pending", "erased", "given_up"]),
  attempts: z.number().int(),
  requestedAt: timestamp,
  /** When it is tried again; null when that is over. */
  dueAt: timestamp.nullable(),
  /** Until then the provider may add to it: it is erased once more then, and not called erased before. */
  againAt: timestamp.optional(),
  erasedAt: timestamp.optional(),
  expiresAt: timestamp,
});
export type ProviderErasureDoc = z.output<typeof providerErasureDoc>;

const erasureConverter = converter<ProviderErasureDoc>(providerErasureDoc);
const transcriptConverter = converter<TranscriptDoc>(transcriptDoc);
const partConverter = converter<PartDoc>(partDoc);

type Collection<T extends Record<string, unknown>> = CollectionReference<T, T>;

/** `enhancedTranscripts`: conversations that have ended, each with what its list shows. */
export function enhancedTranscripts(db: Firestore): Collection<TranscriptDoc> {
  return db.collection("enhancedTranscripts").withConverter(transcriptConverter);
}

/** `providerErasures`: what providers are to erase, and have erased. */
export function providerErasures(db: Firestore): Collection<ProviderErasureDoc> {
  return db.collection("providerErasures").withConverter(erasureConverter);
}

/** `enhancedTranscripts/{sessionId}/parts`: what was said in it, `0` first. */
export function transcriptParts(db: Firestore, sessionId: string): Collection<PartDoc> {
  return db.collection(`enhancedTranscripts/${sessionId}/parts`).withConverter(partConverter);
}
