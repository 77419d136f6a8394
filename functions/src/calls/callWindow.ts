import { type DocumentReference, Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { sha256 } from "../core/ids";
import { RefusalMemory } from "../core/refusalMemory";
import { slidingWindow } from "../core/slidingWindow";
import { CALL_WINDOW } from "./limits";

const refusals = new RefusalMemory();

/** Costs nothing. @throws AppError rate_limited where this instance has refused the user's calls and their time has not come */
export function assertMayTry(ctx: Ctx, { userId }: { userId: string }): void {
  refusals.check(ctx, windowOf(ctx, userId).path);
}

/**
 * Whether one more call fits the calls a minute, within the transaction that opens it: so a call that is not opened, for
 * want of money or because another attempt has it, is not counted. 1 read of `tx`.
 * @returns counts it: a write, once all is read
 * @throws AppError rate_limited with the seconds until one more fits
 */
export async function readWindow(ctx: Ctx, tx: Transaction, userId: string): Promise<() => void> {
  const reference = windowOf(ctx, userId);
  const times: unknown = (await tx.get(reference)).get("times");
  const now = ctx.now().getTime();
  const verdict = slidingWindow(times, now, CALL_WINDOW);
  if (!verdict.allowed) {
    const until = now + verdict.retryAfterSeconds * 1_000;
    throw refusals.remember(ctx, reference.path, { policy: CALL_WINDOW, until });
  }
  const expiresAt = Timestamp.fromMillis(now + CALL_WINDOW.windowSeconds * 1_000);
  return () => {
    tx.set(reference, { what: "call", times: verdict.times, expiresAt });
    ctx.onLimit?.({ ...CALL_WINDOW, remaining: verdict.remaining });
  };
}

/** Forgets the calls of a user that is no more. 1 write. */
export async function forgetWindow(ctx: Ctx, userId: string): Promise<void> {
  await windowOf(ctx, userId).delete();
}

/** Beside the other limits, by whose rules it expires. */
function windowOf(ctx: Ctx, userId: string): DocumentReference {
  return ctx.db.collection("rateLimits").doc(sha256(`call\n${userId}`));
}
