import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import type { ScheduledRef } from "./schemas";
import { scheduledCalls } from "./store";

/**
 * Cancels one of one's own scheduled calls; again it changes nothing. 1 read, 1 write.
 * @throws AppError not_found, also for another user's; conflict where it is being dialled or has ended
 */
export async function cancelScheduledCall(ctx: Ctx, { id }: ScheduledRef): Promise<{ message: string }> {
  const { uid } = requireCaller(ctx);
  const reference = scheduledCalls(ctx.db).doc(id);
  await transact(ctx.db, async (tx) => {
    const call = (await tx.get(reference)).data();
    if (call?.userId !== uid) throw new AppError("not_found", "Scheduled call not found");
    if (call.status === "cancelled") return;
    if (call.status !== "scheduled") {
      throw new AppError("conflict", `This call cannot be cancelled any more: it is ${call.status}.`);
    }
    tx.update(reference, { status: "cancelled", dueAt: null });
  });
  return { message: "Scheduled call cancelled" };
}
