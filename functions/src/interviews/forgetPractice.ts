import { isDeepStrictEqual } from "node:util";
import { FieldPath, FieldValue } from "firebase-admin/firestore";
import { z } from "zod";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { withoutPractice } from "./progress";
import { interviews } from "./store";

const practised = z.object({ interviewId: z.string().min(1), questionNumber: z.number().int() });

/**
 * Takes a session that is no more out of its interview. A question that nobody has practised otherwise is as if it had
 * never been begun; one that is completed stays so. 1 read, and 1 write where it was there.
 * @param interview as the session had it
 */
export async function forgetPractice(ctx: Ctx, sessionId: string, interview: unknown): Promise<void> {
  const parsed = practised.safeParse(interview);
  if (!parsed.success) return;
  const { interviewId, questionNumber } = parsed.data;
  const reference = interviews(ctx.db).doc(interviewId);
  await transact(ctx.db, async (tx) => {
    const stored = (await tx.get(reference)).data();
    if (!stored) return;
    const before = stored.progress[questionNumber];
    const after = withoutPractice(before, sessionId);
    const openSessions = stored.openSessions.filter((one) => one.sessionId !== sessionId);
    if (isDeepStrictEqual(after, before) && openSessions.length === stored.openSessions.length) return;
    tx.update(
      reference,
      new FieldPath("openSessions"),
      openSessions,
      new FieldPath("progress", String(questionNumber)),
      after ?? FieldValue.delete(),
    );
  });
}
