import type { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import type { PhoneSession } from "../voice/phoneSessions";
import { allowedAt } from "./allowedHours";
import { PROMPT_ANSWER_SECONDS, SESSION_MARGIN_SECONDS } from "./limits";

type Called = Pick<PhoneSession, "call">;

/** Whether whom we called has just answered: nothing was said yet. */
export function isFirstAnswer({ call }: Called): boolean {
  return call.direction === "outbound" && call.answers === 0;
}

/**
 * Whether a call has waited at Twilio for so long that it rang outside the hours in which it may. One that was dialled at
 * once rang within them.
 */
export function isTooLate(ctx: Ctx, { call: { verdict } }: Called): boolean {
  if (!verdict) return false;
  const now = ctx.now();
  if (now.getTime() - verdict.allowedAt.toMillis() <= PROMPT_ANSWER_SECONDS * 1_000) return false;
  return !allowedAt(now, verdict.zones, ctx.config.CALL_HOURS).allowed;
}

/** When the session of a call ends that is answered now: its minutes do not count while it waits at Twilio and rings. */
export function talksUntil(ctx: Ctx, { call }: Called): Timestamp {
  return fromNow(ctx, call.maxMinutes * 60 + SESSION_MARGIN_SECONDS);
}
