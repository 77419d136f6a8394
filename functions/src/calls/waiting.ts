import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { LATER_SECONDS, MISSED_AFTER_SECONDS } from "./limits";
import type { ScheduledCallDoc } from "./store";

type Waiting = Pick<ScheduledCallDoc, "at">;

/**
 * In how many seconds a call that could not be placed is tried again: as soon as what is in its way says, else the later
 * the longer it waits.
 */
export function waitFor(ctx: Ctx, { at }: Waiting, retryAfterSeconds?: number): number {
  const { least, most } = LATER_SECONDS;
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds, most);
  return Math.min(Math.max(least, (ctx.now().getTime() - at.toMillis()) / 1_000), most);
}

/** When a call is due again that waits for so long: by the time at which it is missed at the latest. */
export function waitUntil(ctx: Ctx, { at }: Waiting, seconds: number): Timestamp {
  const last = at.toMillis() + MISSED_AFTER_SECONDS * 1_000;
  return Timestamp.fromMillis(Math.min(ctx.now().getTime() + seconds * 1_000, last));
}
