import type { Ctx } from "../core/ctx";
import { type CallRecord, isFinal, statusOf } from "../voice/callRecord";
import type { EndReason } from "../voice/schemas";

/** What a call's cost follows from. */
export interface CostedCall {
  call: CallRecord;
  /** How often a model was connected. */
  connections: number;
  usage?: { costUsd: number | null };
  /** The caller may have been put through to a human: that is a second call. */
  endReason?: EndReason;
}

/**
 * What a call has cost in USD, as far as it is known by now. What is not known is never taken for free: a call that goes
 * on, or whose model has no price, counts with all that was set aside for it, a phone network that has told no price in
 * USD with its begun minutes.
 */
export function costOfCall(ctx: Ctx, { call, connections, usage, endReason }: CostedCall): number {
  const reserveUsd = call.verdict?.reserveUsd ?? 0;
  const status = statusOf(call);
  if (status === undefined || !isFinal(status)) return reserveUsd;
  const modelUsd = connections === 0 ? 0 : usage?.costUsd;
  if (modelUsd === null || modelUsd === undefined) return reserveUsd;
  const ownUsd = phoneUsd(ctx, call, call.price);
  return modelUsd + ownUsd + (endReason === "transferred" ? phoneUsd(ctx, call, call.transferPrice) : 0);
}

/** At this price, else for the call's begun minutes. */
function phoneUsd({ config }: Ctx, call: CallRecord, price: CallRecord["price"]): number {
  const { durationSeconds, maxMinutes } = call;
  if (price?.unit.toUpperCase() === "USD") return price.amount;
  if (!price && statusOf(call) !== "completed") return 0;
  const minutes = durationSeconds === undefined ? maxMinutes : Math.ceil(durationSeconds / 60);
  return minutes * config.CALL_PHONE_USD_PER_MINUTE;
}
