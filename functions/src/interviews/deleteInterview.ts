import { FieldValue } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { documentName, isGone, transact } from "../core/firestore";
import { documentId, interviewNotFound } from "./readInterviews";
import type { InterviewRef } from "./schemas";
import { interviewOwners, interviews } from "./store";

/**
 * Deletes one of the caller's interviews, which makes room for another; the sessions in which it was practised stay.
 * 1 read, 2 writes.
 * @throws AppError not_found, also for another user's
 */
export async function deleteInterview(ctx: Ctx, { id }: InterviewRef): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const reference = interviews(ctx.db).doc(documentId(id));
  await transact(
    ctx.db,
    async (tx) => {
      const stored = (await tx.get(reference)).data();
      if (stored?.userId !== uid) throw interviewNotFound();
      tx.delete(reference);
      tx.update(interviewOwners(ctx.db).doc(documentName(uid)), { count: FieldValue.increment(-1) });
    },
    isGone(reference),
  );
  return { message: "Interview deleted successfully" };
}
