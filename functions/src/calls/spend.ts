import { type DocumentReference, Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName } from "../core/firestore";
import { type CallSpendDoc, callSpend } from "./store";

/** How long a day's sums are kept. */
const KEPT_SECONDS = 400 * 24 * 60 * 60;

/** After how long what was set aside may be free again. */
const SETTLED_SOON_SECONDS = 60;

/** What a user's calls of one day (UTC) have cost, and may cost yet. */
export interface Spend {
  reference: DocumentReference<CallSpendDoc, CallSpendDoc>;
  doc: CallSpendDoc;
}

/** The day (UTC) of a moment, `YYYY-MM-DD`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** 1 read of `tx`. */
export async function readSpend(
  ctx: Ctx,
  tx: Transaction,
  userId: string,
  day = dayOf(ctx.now()),
): Promise<Spend> {
  const reference = callSpend(ctx.db).doc(`${documentName(userId)}_${day}`);
  const expiresAt = Timestamp.fromMillis(Date.parse(day) + KEPT_SECONDS * 1_000);
  const doc = (await tx.get(reference)).data() ?? { userId, day, reservedUsd: 0, spentUsd: 0, expiresAt };
  return { reference, doc };
}

/** What a call may cost at most: so much a minute, by the settings. */
export function reserveFor(ctx: Ctx, maxMinutes: number): number {
  return round(maxMinutes * ctx.config.CALL_RESERVE_USD_PER_MINUTE);
}

/** @throws AppError invalid_argument for a call that may cost more than the calls of a whole day */
export function assertPayable(ctx: Ctx, maxMinutes: number): void {
  const { CALL_SPEND_LIMIT_USD: limit, CALL_RESERVE_USD_PER_MINUTE: perMinute } = ctx.config;
  if (reserveFor(ctx, maxMinutes) <= limit) return;
  const most = Math.floor(limit / perMinute);
  throw new AppError(
    "invalid_argument",
    `max_minutes: may be ${most} at most, for your calls may cost ${limit} USD a day`,
    { details: { field: "max_minutes" } },
  );
}

/**
 * @throws AppError rate_limited where what is spent and reserved on the day leaves too little: until what is reserved is
 * free again, or for the day
 */
export function assertAffordable(ctx: Ctx, { doc }: Spend, reserveUsd: number): void {
  const limit = ctx.config.CALL_SPEND_LIMIT_USD;
  if (doc.spentUsd + doc.reservedUsd + reserveUsd <= limit) return;
  if (doc.spentUsd + reserveUsd <= limit) {
    throw new AppError(
      "rate_limited",
      `Your calls may cost ${limit} USD a day, of which ${doc.reservedUsd} are set aside for calls whose cost is not known yet: try again in a minute.`,
      { details: { retryAfterSeconds: SETTLED_SOON_SECONDS } },
    );
  }
  throw new AppError(
    "rate_limited",
    `Your calls may cost ${limit} USD a day, and this one up to ${reserveUsd}: make it shorter, or try again tomorrow.`,
    { details: { retryAfterSeconds: secondsToMidnight(ctx.now()) } },
  );
}

/** 1 write. */
export function reserve(tx: Transaction, { reference, doc }: Spend, reserveUsd: number): void {
  tx.set(reference, { ...doc, reservedUsd: round(doc.reservedUsd + reserveUsd) });
}

/** What was reserved is free again, and what the call has cost is spent. 1 write. */
export function settle(
  tx: Transaction,
  { reference, doc }: Spend,
  call: { reserveUsd: number; costUsd: number },
): void {
  const reservedUsd = Math.max(0, round(doc.reservedUsd - call.reserveUsd));
  tx.set(reference, { ...doc, reservedUsd, spentUsd: round(doc.spentUsd + call.costUsd) });
}

/** To a hundredth of a cent: sums of binary fractions drift. */
function round(usd: number): number {
  return Math.round(usd * 10_000) / 10_000;
}

function secondsToMidnight(now: Date): number {
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
  return Math.ceil((midnight - now.getTime()) / 1_000);
}
