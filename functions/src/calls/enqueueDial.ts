import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { enqueueTask } from "../core/tasks";
import { ENQUEUE_AHEAD_SECONDS, HAND_OVER_AGAIN_SECONDS } from "./limits";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** The function that dials; see triggers.ts. */
const DIALLER = "dialScheduledCall";

/**
 * Hands a scheduled call over to Cloud Tasks, which has it dialled at its time; the sweep looks at it then, too. Safe to be
 * done twice. 1 read, 1 write. A failure is left to a later sweep, so that it keeps nobody else's calls waiting.
 */
export async function enqueueDial(ctx: Ctx, call: ScheduledCallDoc): Promise<void> {
  const { scheduledId, at } = call;
  try {
    await enqueueTask(DIALLER, { scheduledId }, { id: scheduledId, at: at.toDate() });
  } catch (error) {
    ctx.log.error("a scheduled call could not be handed over", { scheduledId, error });
    await store(ctx, call, { dueAt: handOverAgainAt(ctx, call) });
    return;
  }
  await store(ctx, call, { isEnqueued: true, dueAt: at });
}

async function store(
  ctx: Ctx,
  { scheduledId }: ScheduledCallDoc,
  next: { dueAt: Timestamp; isEnqueued?: true },
): Promise<void> {
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  try {
    await transact(ctx.db, async (tx) => {
      // Cancelled or erased meanwhile: the task will find nothing to do.
      if ((await tx.get(reference)).data()?.status === "scheduled") tx.update(reference, next);
    });
  } catch (error) {
    ctx.log.error("when a scheduled call is due next could not be stored", { scheduledId, error });
  }
}

/** The later, the longer it has failed; but at the call's own time at the latest. */
function handOverAgainAt(ctx: Ctx, { at, createdAt }: ScheduledCallDoc): Timestamp {
  const now = ctx.now().getTime();
  const since = Math.max(createdAt.toMillis(), at.toMillis() - ENQUEUE_AHEAD_SECONDS * 1_000);
  const { least, most } = HAND_OVER_AGAIN_SECONDS;
  const wait = Math.min(Math.max(least * 1_000, now - since), most * 1_000);
  return Timestamp.fromMillis(Math.min(now + wait, at.toMillis()));
}
