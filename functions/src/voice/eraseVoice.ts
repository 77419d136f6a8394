import type { Ctx } from "../core/ctx";
import { deleteVoiceSession } from "./deleteSession";
import { sessions, tickets, transcripts, userLimits } from "./store";

const PAGE = 100;

/** Erases all sessions of the caller with what hangs on them, closes their sockets, and forgets the user's limits. */
export async function eraseVoiceOf(ctx: Ctx, userId: string): Promise<void> {
  const own = sessions(ctx.db).where("userId", "==", userId).select().limit(PAGE);
  for (;;) {
    const { docs } = await own.get();
    if (docs.length === 0) break;
    for (const { id } of docs) await deleteVoiceSession(ctx, { sessionId: id });
  }
  // What a session that was deleted before may have left.
  for (const left of [tickets(ctx.db), transcripts(ctx.db)]) {
    const { docs } = await left.where("userId", "==", userId).select().get();
    for (const { ref } of docs) await ctx.db.recursiveDelete(ref);
  }
  await userLimits(ctx.db).doc(userId).delete();
}
