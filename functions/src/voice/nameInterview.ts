import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { type SessionDoc, sessions } from "./store";

/** Says of a session which question is practised in it, once that has begun. 1 write; none where the session is gone. */
export async function nameInterview(
  ctx: Ctx,
  sessionId: string,
  { interviewId, questionNumber }: NonNullable<SessionDoc["interview"]>,
): Promise<void> {
  try {
    await sessions(ctx.db).doc(sessionId).update({ interview: { interviewId, questionNumber } });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
}
