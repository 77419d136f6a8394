import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { MAX_MERGED_BYTES } from "./limits";
import { mergeMessages, toMessage } from "./mergeMessages";
import { readOwnSession } from "./readSessions";
import { recordedTurns } from "./recordedTurns";
import type { SaveTranscriptInput, SessionRef, Transcript } from "./schemas";
import { responses, type StoredMessage, sessions, transcripts } from "./store";
import { addUsage, NO_USAGE } from "./usage";

/**
 * Saves the client's view of the conversation; saving again replaces what the client saved before. Turns that the
 * relay recorded stay. One transaction: 2 reads, 1 write.
 * @throws AppError permission_denied for another user's or a missing session
 */
export async function saveVoiceTranscript(ctx: Ctx, input: SaveTranscriptInput): Promise<{ success: true }> {
  const { uid } = requireCaller(ctx);
  const reference = transcripts(ctx.db).doc(input.sessionId);
  await transact(ctx.db, async (tx) => {
    const [session, stored] = await Promise.all([
      tx.get(sessions(ctx.db).doc(input.sessionId)),
      tx.get(reference),
    ]);
    if (session.data()?.userId !== uid) throw new AppError("permission_denied", "Unauthorized");
    const existing = stored.data();
    const { messages, truncated } = mergeMessages(
      (existing?.messages ?? []).filter(isRecorded),
      input.messages,
    );
    const merged = {
      messages,
      // What was cut before is not in `existing` any more.
      truncated: truncated || existing?.truncated === true,
      sessionId: input.sessionId,
      userId: uid,
      createdAt: existing?.createdAt ?? Timestamp.fromDate(ctx.now()),
      // Completed anew: what is made of a whole transcript is made again.
      ...(existing?.completedAt ? { completedAt: Timestamp.fromDate(ctx.now()) } : {}),
    };
    tx.set(reference, merged, { merge: true });
  });
  return { success: true };
}

/**
 * The conversation so far. A complete transcript costs 2 reads; while the session is open, one more a turn.
 * @throws AppError not_found for a missing session and for another user's alike
 */
export async function getVoiceTranscript(ctx: Ctx, input: SessionRef): Promise<Transcript> {
  const session = await readOwnSession(ctx, input.sessionId);
  const stored = (await transcripts(ctx.db).doc(input.sessionId).get()).data();
  const complete = stored?.completedAt !== undefined;
  const merged = complete
    ? { messages: stored.messages, truncated: stored.truncated ?? false }
    : mergeMessages(await recordedMessages(ctx, input.sessionId), stored?.messages ?? []);
  return {
    sessionId: session.sessionId,
    userId: session.userId,
    ...merged,
    createdAt: (stored?.createdAt ?? session.createdAt).toDate().toISOString(),
    complete,
  };
}

async function recordedMessages(ctx: Ctx, sessionId: string): Promise<StoredMessage[]> {
  return (await recordedTurns(ctx, sessionId, MAX_MERGED_BYTES)).map(toMessage);
}

/**
 * Completes an ended session's transcript from its turns and adds up its usage. Idempotent, and safe beside a late
 * turn: whoever finishes last has read them all. One transaction: 2 reads and one more a turn and a response.
 */
export async function finishTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  const sessionReference = sessions(ctx.db).doc(sessionId);
  const transcriptReference = transcripts(ctx.db).doc(sessionId);
  await transact(ctx.db, async (tx) => {
    const [session, stored, spoken, used] = await Promise.all([
      tx.get(sessionReference),
      tx.get(transcriptReference),
      // More than that the transcript does not hold, and says so.
      recordedTurns(ctx, sessionId, MAX_MERGED_BYTES, (query) => tx.get(query)),
      tx.get(responses(ctx.db, sessionId)),
    ]);
    const ended = session.data();
    if (ended?.status !== "ended") return;
    const existing = stored.data();
    const { messages, truncated } = mergeMessages(spoken.map(toMessage), existing?.messages ?? []);
    const merged = {
      messages,
      truncated: truncated || existing?.truncated === true,
      sessionId,
      userId: ended.userId,
      createdAt: existing?.createdAt ?? ended.createdAt,
      completedAt: Timestamp.fromDate(ctx.now()),
    };
    tx.set(transcriptReference, merged, { merge: true });
    tx.update(sessionReference, {
      usage: used.docs.map((document) => document.data()).reduce((sum, one) => addUsage(sum, one), NO_USAGE),
    });
  });
}

function isRecorded(message: StoredMessage): boolean {
  return message.itemId !== undefined;
}
