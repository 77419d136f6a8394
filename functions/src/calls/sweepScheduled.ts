import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { withLease } from "../core/lease";
import { findPhoneSession } from "../voice/phoneSessions";
import { after } from "./callChanges";
import { dialScheduled } from "./dialScheduled";
import { enqueueDial } from "./enqueueDial";
import { DIALLING_SECONDS, SWEEP_BATCH, SWEEP_LEASE_SECONDS, UNCONFIRMED_SECONDS } from "./limits";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** Twilio is asked by the check of calls for so long, with a margin for its runs. */
const GIVEN_UP_AFTER_SECONDS = UNCONFIRMED_SECONDS + 2 * DIALLING_SECONDS;
const NOT_KNOWN = "It is not known whether it was placed; it is not placed again by itself.";

/**
 * Does what is due for scheduled calls: hands over to Cloud Tasks what comes within its reach, dials what Cloud Tasks has
 * not, and finds out what became of calls whose dialling was cut off. Reads only those, at most 250 a run; what is left
 * waits for the next. Two runs at once are safe.
 */
export async function sweepScheduled(ctx: Ctx): Promise<{ read: number }> {
  const swept = await withLease(ctx, "sweepScheduled", SWEEP_LEASE_SECONDS, async () => {
    const { docs } = await scheduledCalls(ctx.db)
      .where("dueAt", "<=", Timestamp.fromDate(ctx.now()))
      .orderBy("dueAt")
      .limit(SWEEP_BATCH)
      .get();
    for (const document of docs) await attend(ctx, document.data());
    return { read: docs.length };
  });
  return swept ?? { read: 0 };
}

async function attend(ctx: Ctx, call: ScheduledCallDoc): Promise<void> {
  const { scheduledId } = call;
  try {
    if (call.status === "dialling") await lookInto(ctx, call);
    else if (call.at.toMillis() > ctx.now().getTime()) await enqueueDial(ctx, call);
    else await dialScheduled(ctx, scheduledId);
  } catch (error) {
    ctx.log.error("a scheduled call could not be attended to", { scheduledId, error });
  }
}

/** What became of a call whose dialling nobody has finished: its session knows, for Twilio is asked. */
async function lookInto(ctx: Ctx, { scheduledId, sessionId = "" }: ScheduledCallDoc): Promise<void> {
  const session = await findPhoneSession(ctx, sessionId);
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  const callSid = session?.call.callSid;
  if (callSid) {
    await reference.update({ status: "placed", callSid, dueAt: null });
    return;
  }
  const age = session ? ctx.now().getTime() - session.createdAt.toMillis() : Number.POSITIVE_INFINITY;
  if (session?.status === "active" && age < GIVEN_UP_AFTER_SECONDS * 1_000) {
    await reference.update({ dueAt: after(ctx, DIALLING_SECONDS) });
    return;
  }
  // For a person to see: it may have been dialled.
  await reference.update({ status: "unknown", reason: NOT_KNOWN, dueAt: null });
}
