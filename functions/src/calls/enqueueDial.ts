import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { enqueueTask } from "../core/tasks";
import { ENQUEUE_AHEAD_SECONDS, HAND_OVER_AGAIN_SECONDS } from "./limits";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** The function that dials; see triggers.ts. */
const DIALLER = "dialScheduledCall";

/** A scheduled call, and when it was last written: what has changed since is left alone. */
interface KnownCall {
  call: ScheduledCallDoc;
  readAt: Timestamp;
}

/**
 * Hands a scheduled call over to Cloud Tasks, which has it dialled at its time; the sweep looks at it then, too. Safe to be
 * done twice. 1 write. A failure is left to a later sweep, so that it keeps nobody else's calls waiting.
 */
export async function enqueueDial(ctx: Ctx, known: KnownCall): Promise<void> {
  const { scheduledId, at } = known.call;
  try {
    await enqueueTask(DIALLER, { scheduledId }, { id: scheduledId, at: at.toDate() });
  } catch (error) {
    ctx.log.error("a scheduled call could not be handed over", { scheduledId, error });
    await store(ctx, known, { dueAt: handOverAgainAt(ctx, known.call) });
    return;
  }
  await store(ctx, known, { isEnqueued: true, dueAt: at });
}

async function store(
  ctx: Ctx,
  { call: { scheduledId }, readAt }: KnownCall,
  next: { dueAt: Timestamp; isEnqueued?: true },
): Promise<void> {
  try {
    const reference = scheduledCalls(ctx.db).doc(scheduledId);
    await reference.update(next, { lastUpdateTime: readAt });
  } catch (error) {
    // Cancelled, dialled or erased meanwhile: the task will find nothing to do.
    if (isOvertaken(error)) return;
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
