import type { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { withLease } from "../core/lease";
import { dialScheduled } from "./dialScheduled";
import { type DueCall, dueCalls, type Work } from "./dueCalls";
import { enqueueDial } from "./enqueueDial";
import { inParallel } from "./inParallel";
import {
  CALL_WINDOW,
  DIALS_A_SECOND,
  LATER_SECONDS,
  MISSED_AFTER_SECONDS,
  SWEEP_AT_ONCE,
  SWEEP_BATCH,
  SWEEP_DIAL_MS,
  SWEEP_LEASE_SECONDS,
  SWEEP_PAGES,
  SWEEP_RUN_MS,
} from "./limits";
import { lookInto } from "./lookIntoScheduled";
import { paceOf } from "./pace";
import { waitFor, waitUntil } from "./waiting";

/**
 * Does what is due for scheduled calls: first dials what Cloud Tasks has not, no more of one user than that user may
 * place in a minute, then finds out what became of calls whose dialling was cut off, then hands over to Cloud Tasks what
 * comes within its reach. Reads only those, some at a time, at most 250 a run of each kind, and ends before its lease does;
 * what is left, and what has failed, waits for a later run. Two runs at once are safe.
 * @param dialsASecond how many calls it dials a second at most
 */
export async function sweepScheduled(
  ctx: Ctx,
  { dialsASecond = DIALS_A_SECOND } = {},
): Promise<{ read: number }> {
  const swept = await withLease(ctx, "sweepScheduled", SWEEP_LEASE_SECONDS, async () => {
    const until = performance.now() + SWEEP_RUN_MS;
    let read = await dialDue(ctx, performance.now() + SWEEP_DIAL_MS, paceOf(dialsASecond));
    for (const work of ["look into", "hand over"] as const) {
      if (performance.now() > until) break;
      const found = await dueCalls(ctx, work);
      read += found.read;
      await attendAll(ctx, work, found.due, until);
    }
    return { read };
  });
  return swept ?? { read: 0 };
}

/** Page by page, for whoever has many calls fills pages with calls that have to wait. @returns documents read */
async function dialDue(ctx: Ctx, until: number, pace: () => Promise<void>): Promise<number> {
  const dialled = new Map<string, number>();
  let [read, attended] = [0, 0];
  for (let page = 0; page < SWEEP_PAGES && attended < SWEEP_BATCH; page += 1) {
    const found = await dueCalls(ctx, "dial");
    read += found.read;
    const { now, later } = takeTurns(ctx, found.due, dialled);
    await inParallel(later, SWEEP_AT_ONCE, ({ one, seconds }) =>
      putOff(ctx, one, waitUntil(ctx, one.call, seconds)),
    );
    await attendAll(ctx, "dial", now, until, pace);
    attended += now.length;
    if (found.read < SWEEP_BATCH || performance.now() > until) break;
  }
  return read;
}

/** The first few calls of each user now, the others in the minute in which that user may place them. */
function takeTurns(ctx: Ctx, due: readonly DueCall[], before: Map<string, number>) {
  const now: DueCall[] = [];
  const later: { one: DueCall; seconds: number }[] = [];
  for (const one of due) {
    const { userId, at } = one.call;
    const turn = isMissed(ctx, at) ? 0 : (before.get(userId) ?? 0);
    if (!isMissed(ctx, at)) before.set(userId, turn + 1);
    const minutes = Math.floor(turn / CALL_WINDOW.limit);
    if (minutes === 0) now.push(one);
    else later.push({ one, seconds: minutes * CALL_WINDOW.windowSeconds });
  }
  return { now, later };
}

/** What is missed only has to be written down. */
function isMissed(ctx: Ctx, at: Timestamp): boolean {
  return ctx.now().getTime() - at.toMillis() >= MISSED_AFTER_SECONDS * 1_000;
}

async function attendAll(
  ctx: Ctx,
  work: Work,
  due: readonly DueCall[],
  until: number,
  pace?: () => Promise<void>,
): Promise<void> {
  const attend = { dial: dialOne, "look into": lookIntoOne, "hand over": enqueueDial }[work];
  await inParallel(due, SWEEP_AT_ONCE, async (one) => {
    if (performance.now() > until) return;
    if (!isMissed(ctx, one.call.at)) await pace?.();
    const { scheduledId } = one.call;
    try {
      await attend(ctx, one);
    } catch (error) {
      ctx.log.error("a scheduled call could not be attended to", { scheduledId, error });
      const isDial = work === "dial";
      const wait = isDial
        ? waitUntil(ctx, one.call, waitFor(ctx, one.call))
        : fromNow(ctx, LATER_SECONDS.least);
      await putOff(ctx, one, wait);
    }
  });
}

const dialOne = (ctx: Ctx, { call }: DueCall) => dialScheduled(ctx, call.scheduledId);
const lookIntoOne = (ctx: Ctx, { call }: DueCall) => lookInto(ctx, call);

/** What has to wait keeps nobody else's calls waiting. */
async function putOff(ctx: Ctx, { call, postpone }: DueCall, until: Timestamp): Promise<void> {
  try {
    await postpone(until);
  } catch (error) {
    const { scheduledId } = call;
    ctx.log.error("when a scheduled call is due next could not be stored", { scheduledId, error });
  }
}
