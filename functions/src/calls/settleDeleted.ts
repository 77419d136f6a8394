import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import type { CallRecord } from "../voice/callRecord";
import { type CostedCall, costOfCall } from "./costOfCall";
import { readSpend, settle } from "./spend";

/**
 * Within the transaction that deletes a session, before it writes: settles its call by what is known of it, for nobody
 * could do so later. 1 read of `tx` where money is still set aside for it.
 * @returns frees the money and counts the cost: 1 write, once all is read
 */
export async function settleDeleted(
  ctx: Ctx,
  tx: Transaction,
  session: Omit<CostedCall, "call"> & { userId: string; call?: CallRecord },
): Promise<() => void> {
  const { userId, call } = session;
  if (!call?.verdict || call.costUsd !== undefined) return () => {};
  const { reserveUsd, day } = call.verdict;
  const spend = await readSpend(ctx, tx, userId, day);
  const costUsd = costOfCall(ctx, { ...session, call });
  return () => settle(tx, spend, { reserveUsd, costUsd });
}
