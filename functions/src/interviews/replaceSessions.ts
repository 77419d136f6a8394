import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { endSession } from "../voice/endSession";
import { practisedSession } from "./practisedSession";
import { type InterviewDoc, interviews } from "./store";

/**
 * An interview has one session at a time: of those that are open, the one that began last stays and the others end.
 * Whichever of them is told of last, and however often, it comes to the same. 2 reads; for each that it ends 1 read,
 * 2 writes, and then 1 read, 1 write to forget them.
 */
export async function replaceSessions(ctx: Ctx, sessionId: string): Promise<void> {
  const session = await practisedSession(ctx, sessionId);
  if (session?.status !== "active") return;
  const reference = interviews(ctx.db).doc(session.interview.interviewId);
  const interview = (await reference.get()).data();
  if (interview?.userId !== session.userId) return;
  // Also where it is itself the older one, told of late: the newer one did not know of it.
  const open = interview.openSessions.map((one) => one.sessionId);
  const [newest, older] = [open.at(-1), open.slice(0, -1)];
  if (newest === undefined || older.length === 0) return;
  for (const replaced of older) {
    const isRepeated = areOfOneQuestion(interview, replaced, newest);
    await endSession(ctx, replaced, "replaced", isRepeated ? { isRepeated } : {});
  }
  // Their own ends are told of too, but for one that was deleted.
  await transact(ctx.db, async (tx) => {
    const stored = (await tx.get(reference)).data();
    const openSessions = stored?.openSessions.filter((one) => !older.includes(one.sessionId));
    if (openSessions) tx.update(reference, { openSessions });
  });
}

function areOfOneQuestion({ progress }: InterviewDoc, ...both: [string, string]): boolean {
  return Object.values(progress).some(({ sessions }) => {
    const ids = sessions.map(({ sessionId }) => sessionId);
    return both.every((sessionId) => ids.includes(sessionId));
  });
}
