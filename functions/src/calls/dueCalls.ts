import { type QueryDocumentSnapshot, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { SWEEP_BATCH, UNREADABLE_SECONDS } from "./limits";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** What is to be done for a scheduled call: dialled, looked into, handed over. */
export type Work = "dial" | "look into" | "hand over";

/** A scheduled call for which something is to be done. */
export interface DueCall {
  call: ScheduledCallDoc;
  /** When it was last written. */
  readAt: Timestamp;
  /** Lets it be due later, unless somebody has changed it meanwhile. 1 write. */
  postpone(until: Timestamp): Promise<void>;
}

/** The calls for which this is to be done by now, the longest due first, and how many documents were read: only those. */
export async function dueCalls(ctx: Ctx, work: Work): Promise<{ due: DueCall[]; read: number }> {
  const now = Timestamp.fromDate(ctx.now());
  const all = scheduledCalls(ctx.db)
    .where("status", "==", work === "look into" ? "dialling" : "scheduled")
    .where("dueAt", "<=", now);
  // A call's own time may be at hand without it being due: it waits.
  const of = { dial: all.where("at", "<=", now), "look into": all, "hand over": all.where("at", ">", now) };
  const { docs } = await of[work].orderBy("dueAt").orderBy("at").limit(SWEEP_BATCH).get();
  const due = await Promise.all(docs.map((document) => readable(ctx, document)));
  return { due: due.filter((one) => one !== undefined), read: docs.length };
}

/** One that cannot be read keeps none of the others waiting. */
async function readable(
  ctx: Ctx,
  document: QueryDocumentSnapshot<ScheduledCallDoc, ScheduledCallDoc>,
): Promise<DueCall | undefined> {
  const postpone = (until: Timestamp) => postponeDue(document, until);
  try {
    return { call: document.data(), readAt: document.updateTime, postpone };
  } catch (error) {
    ctx.log.error("a scheduled call cannot be read", { scheduledId: document.id, error });
    await postpone(Timestamp.fromMillis(ctx.now().getTime() + UNREADABLE_SECONDS * 1_000));
    return undefined;
  }
}

async function postponeDue(
  { ref, updateTime }: QueryDocumentSnapshot<ScheduledCallDoc, ScheduledCallDoc>,
  dueAt: Timestamp,
): Promise<void> {
  try {
    await ref.update({ dueAt }, { lastUpdateTime: updateTime });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
  }
}
