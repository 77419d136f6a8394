import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { freePlace } from "./activeSessions";
import { sessions } from "./store";

/** Undoes a session that came to nothing before anybody spoke in it. Never throws: it would expire by itself. 1 read, 2 writes. */
export async function discardSession(ctx: Ctx, sessionId: string): Promise<void> {
  const reference = sessions(ctx.db).doc(sessionId);
  try {
    await transact(ctx.db, async (tx) => {
      const session = (await tx.get(reference)).data();
      if (!session) return;
      tx.delete(reference);
      freePlace(ctx, tx, session);
    });
  } catch (error) {
    ctx.log.warn("a session that came to nothing could not be undone", { sessionId, error });
  }
}
