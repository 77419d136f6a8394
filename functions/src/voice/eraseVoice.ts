import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { eraseSession } from "./deleteSession";
import { sessions, tickets, transcripts, userLimits } from "./store";

const PAGE = 25;

/** Erases all sessions of a user with what hangs on them, closes their sockets, and forgets the user's limits. */
export async function eraseVoiceOf(ctx: Ctx, userId: string): Promise<void> {
  const own = sessions(ctx.db).where("userId", "==", userId).select().limit(PAGE);
  for (;;) {
    const { docs } = await own.get();
    if (docs.length === 0) break;
    // Whatever is in a document, and whoever else deletes it: it has to go.
    await Promise.all(docs.map(({ id, ref }) => ref.delete().then(() => eraseSession(ctx, id))));
  }
  // What a session that was deleted before may have left.
  for (const left of [tickets(ctx.db), transcripts(ctx.db)]) {
    const { docs } = await left.where("userId", "==", userId).select().get();
    for (const { ref } of docs) await ctx.db.recursiveDelete(ref);
  }
  await userLimits(ctx.db).doc(documentName(userId)).delete();
}
