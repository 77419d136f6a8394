import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { enqueueTask } from "../core/tasks";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** The function that dials; see triggers.ts. */
const DIALLER = "dialScheduledCall";

/**
 * Hands a scheduled call over to Cloud Tasks, which has it dialled at its time; the sweep looks at it then, too. Safe to be
 * done twice. 1 write. A failure is left to the next sweep.
 */
export async function enqueueDial(ctx: Ctx, { scheduledId, at }: ScheduledCallDoc): Promise<void> {
  try {
    await enqueueTask(DIALLER, { scheduledId }, { id: scheduledId, at: at.toDate() });
    await scheduledCalls(ctx.db).doc(scheduledId).update({ isEnqueued: true, dueAt: at });
  } catch (error) {
    // Cancelled and erased meanwhile: the task will find nothing to do.
    if (!isOvertaken(error))
      ctx.log.error("a scheduled call could not be handed over", { scheduledId, error });
  }
}
