import { Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { assertNotRefused, countUse } from "../core/rateLimit";
import type { CallRecord } from "../voice/callRecord";
import { allowedAt, clock } from "./allowedHours";
import { isBarred } from "./doNotCall";
import { CALL_WINDOW } from "./limits";
import { numberZones } from "./numberZones";
import { assertAffordable, readSpend, reserve, reserveFor } from "./spend";

/** A call that somebody or something wants to place. */
export interface WantedCall {
  userId: string;
  /** E.164 */
  to: string;
  maxMinutes: number;
  /** Where the person called is known to be, an IANA zone; else it follows from the number. */
  timeZone?: string;
}

/** What was found in favour of a call. */
export type GateVerdict = NonNullable<CallRecord["verdict"]>;

/**
 * The one way to a dial: nothing is dialled that has not passed. First what needs no transaction: the hour at the
 * recipient's place, then the calls a minute. 1 read, 1 write. What it cannot tell, it refuses.
 * @throws AppError permission_denied outside the hours, rate_limited
 */
export async function enterGate(ctx: Ctx, call: WantedCall): Promise<string[]> {
  const zones = call.timeZone === undefined ? await numberZones(call.to) : [call.timeZone];
  assertHours(ctx, zones);
  await countUse(ctx, limitOf(call));
  return zones;
}

/** Costs nothing. @throws AppError rate_limited where this instance has refused the user's calls before */
export function assertMayTry(ctx: Ctx, call: Pick<WantedCall, "userId">): void {
  assertNotRefused(ctx, limitOf(call));
}

const limitOf = ({ userId }: Pick<WantedCall, "userId">) => ({
  what: "call",
  by: userId,
  policy: CALL_WINDOW,
});

/**
 * The rest, within the transaction that opens the call's session: the do-not-call list and the day's money, of which what
 * the call may cost is set aside. 2 reads of `tx`.
 * @returns the verdict, to be stored with the call, and what sets the money aside: a write, once all is read
 * @throws AppError permission_denied for a number on the list, rate_limited for want of money
 */
export async function passGate(
  ctx: Ctx,
  tx: Transaction,
  call: WantedCall,
  zones: readonly string[],
): Promise<{ verdict: GateVerdict; setAside: () => void }> {
  if (await isBarred(ctx, tx, call)) {
    throw new AppError("permission_denied", "This number is on the do-not-call list.");
  }
  const spend = await readSpend(ctx, tx, call.userId);
  const reserveUsd = reserveFor(ctx, call.maxMinutes);
  assertAffordable(ctx, spend, reserveUsd);
  const verdict = {
    allowedAt: Timestamp.fromDate(ctx.now()),
    zones: [...zones],
    reserveUsd,
    day: spend.doc.day,
  };
  return { verdict, setAside: () => reserve(tx, spend, reserveUsd) };
}

function assertHours(ctx: Ctx, zones: readonly string[]): void {
  const { CALL_HOURS: hours } = ctx.config;
  const verdict = allowedAt(ctx.now(), zones, hours);
  if (verdict.allowed) return;
  const allowed = `calls are allowed from ${clock(hours.from)} to ${clock(hours.until)}`;
  throw new AppError(
    "permission_denied",
    verdict.reason === "unknown_zone"
      ? `It is not known what time it is at this number, and ${allowed} there: give a time_zone.`
      : `It is ${verdict.localTime} at this number (${verdict.zone}), and ${allowed} there.`,
  );
}
