import type { DocumentData, DocumentSnapshot } from "firebase-admin/firestore";
import { settleDeleted } from "../calls/settleDeleted";
import { type Ctx, requireCaller } from "../core/ctx";
import { isGone, isOvertaken, transact } from "../core/firestore";
import { freePlace } from "./activeSessions";
import { sessionNotFound } from "./endSession";
import type { SessionRef } from "./schemas";
import { sessions, tickets, transcripts } from "./store";

/**
 * Erases one's own session with its turns, transcript, usage and tickets. The relay that holds it closes the socket. What
 * was set aside for a call is settled: 1 read and 1 write more.
 * A crash between the steps leaves nothing behind: the trigger on the deleted document erases again.
 * @throws AppError not_found for a missing session and for another user's alike
 */
export async function deleteVoiceSession(ctx: Ctx, input: SessionRef): Promise<{ success: true }> {
  const { uid } = requireCaller(ctx);
  const reference = sessions(ctx.db).doc(input.sessionId);
  await transact(
    ctx.db,
    async (tx) => {
      const session = (await tx.get(reference)).data();
      if (session?.userId !== uid) throw sessionNotFound();
      const settle = await settleDeleted(ctx, tx, session);
      tx.delete(reference);
      settle();
      freePlace(ctx, tx, session);
    },
    isGone(reference),
  );
  await eraseSession(ctx, input.sessionId);
  return { success: true };
}

/**
 * Erases what hangs on a deleted session, safe to be told of again and late: what was written for a session of that id
 * that exists since is younger than its document and stays.
 */
export async function eraseSession(ctx: Ctx, sessionId: string): Promise<void> {
  const session = sessions(ctx.db).doc(sessionId);
  const transcript = transcripts(ctx.db).doc(sessionId);
  const below = (await Promise.all([session.listCollections(), transcript.listCollections()])).flat();
  const found = await Promise.all([
    // Names alone: nobody needs to read what is erased.
    ...below.map(async (collection) => (await collection.select().get()).docs),
    tickets(ctx.db)
      .where("sessionId", "==", sessionId)
      .select()
      .get()
      .then(({ docs }) => docs),
    transcript.get().then((document) => [document]),
  ]);
  // Read last: whatever was found of a session that has been opened since, that session is there by now.
  const now = await session.get();
  const before = now.createTime ?? now.readTime;
  await deleteAll(
    ctx,
    found.flat().filter(({ updateTime }) => updateTime && updateTime < before),
  );
}

async function deleteAll(ctx: Ctx, documents: DocumentSnapshot<unknown, DocumentData>[]): Promise<void> {
  const writer = ctx.db.bulkWriter();
  writer.onWriteError((error) => !isOvertaken(error) && error.failedAttempts < 5);
  const deletions = documents.map(({ ref, updateTime }) =>
    writer.delete(ref, { lastUpdateTime: updateTime }).catch((error: unknown) => {
      if (!isOvertaken(error)) throw error;
    }),
  );
  await Promise.all([writer.close(), ...deletions]);
}
