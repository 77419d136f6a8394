import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { MAX_READ_BYTES, recordedTurns } from "./recordedTurns";
import { type SessionDoc, sessions, type TranscriptDoc, transcripts } from "./store";

/** What somebody said in a session, in whatever way it came to be known. */
export interface SaidTurn {
  role: "user" | "assistant";
  content: string;
  startedAt: Date;
  interrupted: boolean;
  /** Of an assistant who was cut off. */
  heardMs?: number;
}

/** A session whose transcript is complete. */
export interface EndedConversation {
  session: SessionDoc;
  said: SaidTurn[];
  /** Another once more is known: see `conversationVersion`. */
  version: string;
}

/**
 * All that was said in a session that has ended: the turns that the relay recorded, and what only its client has saved.
 * undefined until its transcript is complete. 2 reads, and 1 a turn.
 */
export async function endedConversation(ctx: Ctx, sessionId: string): Promise<EndedConversation | undefined> {
  const [session, transcript] = await Promise.all([
    sessions(ctx.db).doc(sessionId).get(),
    transcripts(ctx.db).doc(sessionId).get(),
  ]).then((found) => [found[0].data(), found[1].data()] as const);
  if (!session || !transcript?.completedAt) return undefined;
  const recorded = await recordedTurns(ctx, sessionId, MAX_READ_BYTES);
  const said = recorded.map(({ role, content, timestamp, interrupted, heardMs }): SaidTurn => {
    const heard = heardMs === undefined ? {} : { heardMs };
    return { role, content, startedAt: timestamp.toDate(), interrupted, ...heard };
  });
  const saved = transcript.messages.flatMap(({ role, content, timestamp, itemId, interrupted = false }) =>
    itemId === undefined ? [{ role, content, startedAt: new Date(timestamp), interrupted }] : [],
  );
  return { session, said: [...said, ...saved], version: versionOf(session, transcript) };
}

function versionOf({ call }: SessionDoc, { completedAt }: Pick<TranscriptDoc, "completedAt">): string {
  const { status, transcriptSid } = call?.intelligence ?? {};
  return JSON.stringify([completedAt?.seconds, completedAt?.nanoseconds, status, transcriptSid]);
}

/**
 * Within a transaction: of what there is by now. Whatever was made of another version is out of date. 2 reads of `tx`.
 * @returns undefined where the session is gone: nothing outlives its erasure
 */
export async function conversationVersion(
  ctx: Ctx,
  tx: Transaction,
  sessionId: string,
): Promise<string | undefined> {
  const [session, transcript] = await Promise.all([
    tx.get(sessions(ctx.db).doc(sessionId)),
    tx.get(transcripts(ctx.db).doc(sessionId)),
  ]).then((found) => [found[0].data(), found[1].data()] as const);
  return session && transcript ? versionOf(session, transcript) : undefined;
}

/** Whether there is such a session, ended or not. 1 read. */
export async function sessionExists(ctx: Ctx, sessionId: string): Promise<boolean> {
  return (await sessions(ctx.db).doc(sessionId).get()).exists;
}
