import { isDeepStrictEqual } from "node:util";
import { FieldPath, FieldValue } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { wasSpokenIn } from "../voice/wasSpokenIn";
import { type PractisedSession, practisedSession } from "./practisedSession";
import { type Practice, withoutPractice, withPractice, withSession } from "./progress";
import { interviews } from "./store";

/**
 * Counts a session, as it now stands, into the question that is practised in it: begun while the session is open,
 * completed once its user has ended it, or it has ended otherwise and something was said in it; and into the interview's
 * open sessions. One that was replaced because the same question was begun again does not complete it. One that its user
 * did not end, and in which nothing was said, is as if it had never been.
 *
 * Told of it again, late or in another order, it comes to the same. Nothing happens where the session or the interview is
 * gone, or the interview is not the session's user's. 2 reads, at most 2 more for a session that its user did not end, and
 * 1 write where something has changed; 1 read for a session without an interview.
 */
export async function recordPractice(ctx: Ctx, sessionId: string): Promise<void> {
  await transact(ctx.db, async (tx) => {
    const session = await practisedSession(ctx, sessionId, tx);
    if (!session) return;
    const { interviewId, questionNumber } = session.interview;
    const reference = interviews(ctx.db).doc(interviewId);
    const stored = (await tx.get(reference)).data();
    if (stored?.userId !== session.userId || stored.questions[questionNumber - 1] === undefined) return;
    const before = stored.progress[questionNumber];
    const practice = practiceOf(session);
    const practised = (await isVain(ctx, session))
      ? withoutPractice(before, sessionId)
      : withPractice(before, practice);
    const openSessions = withSession(stored.openSessions, practice);
    if (isDeepStrictEqual(practised, before) && isDeepStrictEqual(openSessions, stored.openSessions)) return;
    tx.update(
      reference,
      new FieldPath("progress", String(questionNumber)),
      practised ?? FieldValue.delete(),
      new FieldPath("openSessions"),
      openSessions,
    );
  });
}

function practiceOf(session: PractisedSession): Practice {
  const isOpen = session.status !== "ended";
  const isDone = !isOpen && !session.isRepeated;
  return {
    sessionId: session.sessionId,
    startedAt: session.createdAt,
    isOpen,
    ...(isDone ? { endedAt: session.endedAt ?? session.expiresAt } : {}),
  };
}

/** Whether a session has ended without having been used: of one that spoke with the model itself, its user's word is all there is. */
async function isVain(ctx: Ctx, { sessionId, status, endReason }: PractisedSession): Promise<boolean> {
  if (status !== "ended" || endReason === "client") return false;
  return !(await wasSpokenIn(ctx, sessionId));
}
