import { isDeepStrictEqual } from "node:util";
import { FieldPath } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { practisedSession } from "./practisedSession";
import { withPractice, withSession } from "./progress";
import { interviews } from "./store";

/**
 * Counts a session, as it now stands, into the question that is practised in it: begun while the session is open,
 * completed once it has ended; and into the interview's open sessions. Told of it again, late or in another order, it
 * comes to the same. Nothing happens where the session or the interview is gone, or the interview is not the session's
 * user's. 2 reads, and 1 write where something has changed; 1 read for a session without an interview.
 */
export async function recordPractice(ctx: Ctx, sessionId: string): Promise<void> {
  await transact(ctx.db, async (tx) => {
    const session = await practisedSession(ctx, sessionId, tx);
    if (!session) return;
    const { interviewId, questionNumber } = session.interview;
    const practice = {
      sessionId,
      startedAt: session.createdAt,
      ...(session.status === "ended" ? { endedAt: session.endedAt ?? session.expiresAt } : {}),
    };
    const reference = interviews(ctx.db).doc(interviewId);
    const stored = (await tx.get(reference)).data();
    if (stored?.userId !== session.userId || stored.questions[questionNumber - 1] === undefined) return;
    const before = stored.progress[questionNumber];
    const practised = withPractice(before, practice);
    const openSessions = withSession(stored.openSessions, practice);
    if (isDeepStrictEqual(practised, before) && isDeepStrictEqual(openSessions, stored.openSessions)) return;
    tx.update(
      reference,
      new FieldPath("progress", String(questionNumber)),
      practised,
      new FieldPath("openSessions"),
      openSessions,
    );
  });
}
