import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { withLease } from "../core/lease";
import { callsTo, fetchCall, type KnownCall } from "../providers/twilioCalls";
import { type TwilioAccount, twilioAccount } from "../providers/twilioClient";
import { isFinal, statusOf } from "../voice/callRecord";
import {
  type CallChange,
  callsToCheck,
  changeCall,
  findCall,
  type PhoneSession,
  unconfirmedCallsTo,
} from "../voice/phoneSessions";
import { isKnown, isSettled, withStatus } from "./callChanges";
import {
  CHECK_AFTER_SECONDS,
  CHECK_LEASE_SECONDS,
  CHECK_RUN_MS,
  CHECKS_A_RUN,
  CLOCK_SKEW_SECONDS,
  UNCONFIRMED_SECONDS,
} from "./limits";
import { settleCall } from "./settleCall";

/**
 * Asks Twilio of the calls that are due: whether one that was not confirmed was placed, how one stands whose callbacks
 * did not come, and what one cost. Reads those alone; 1 request to Twilio and 1 write each. Safe to run twice at once.
 */
export async function checkCalls(ctx: Ctx): Promise<number> {
  const checked = await withLease(ctx, "checkCalls", CHECK_LEASE_SECONDS, async () => {
    const due = await callsToCheck(ctx, CHECKS_A_RUN);
    if (due.length === 0) return 0;
    const account = await twilioAccount(ctx.config);
    const until = performance.now() + CHECK_RUN_MS;
    let done = 0;
    for (const session of due) {
      if (performance.now() > until) break;
      await check(ctx, account, session);
      done += 1;
    }
    return done;
  });
  return checked ?? 0;
}

async function check(ctx: Ctx, account: TwilioAccount, session: PhoneSession): Promise<void> {
  const { sessionId } = session;
  try {
    const { callSid } = session.call;
    const known = callSid === null ? await search(ctx, account, session) : await fetchCall(account, callSid);
    const changed = await changeCall(ctx, sessionId, (current) => outcome(ctx, current, known));
    if (changed && mayBeSettled(changed)) await settleCall(ctx, sessionId);
  } catch (error) {
    ctx.log.warn("a call could not be checked", { sessionId, error });
    await changeCall(ctx, sessionId, ({ call }) => ({
      call: { checkAt: fromNow(ctx, CHECK_AFTER_SECONDS[call.checks === 0 ? 0 : 1]) },
    }));
  }
}

/** All is known, or Twilio was asked for the price often enough. */
function mayBeSettled({ call }: PhoneSession): boolean {
  const status = statusOf(call);
  return status !== undefined && isFinal(status) && (isKnown(call) || call.checkAt === null);
}

/** What Twilio knows of a call: nothing, or several that may be it. */
type Found = KnownCall | "unclear" | undefined;

/** The call that Twilio placed for a session without telling us, if just one can be it. */
async function search(ctx: Ctx, account: TwilioAccount, session: PhoneSession): Promise<Found> {
  const placedAt = session.createdAt.toMillis();
  const found = await callsTo(account, {
    to: session.call.to,
    after: new Date(placedAt - CLOCK_SKEW_SECONDS * 1_000),
    before: new Date(placedAt + UNCONFIRMED_SECONDS * 1_000),
  });
  const taken = await Promise.all(found.map(({ callSid }) => findCall(ctx, callSid)));
  const free = found.filter((_, index) => taken[index] === undefined);
  const [only] = free;
  if (!only) return undefined;
  // Whoever else waits to be told of a call to this number: it may be theirs.
  const waiting = await unconfirmedCallsTo(ctx, session.call.to);
  if (free.length === 1 && waiting.every(({ sessionId }) => sessionId === session.sessionId)) return only;
  ctx.log.error("a call that was not confirmed may be one of several", { sessionId: session.sessionId });
  return "unclear";
}

function outcome(ctx: Ctx, session: PhoneSession, found: Found): CallChange | undefined {
  if (session.call.callSid === null && !found) return unfound(ctx, session);
  return heardOf(ctx, session, found === "unclear" ? undefined : found);
}

/** Twilio has no call that could be this one: after a while, there is none. */
function unfound(ctx: Ctx, session: PhoneSession): CallChange | undefined {
  const age = ctx.now().getTime() - session.createdAt.toMillis();
  if (age > UNCONFIRMED_SECONDS * 1_000) return withStatus(ctx, session, { status: "failed" });
  return { call: { checkAt: fromNow(ctx, CHECK_AFTER_SECONDS[0]) } };
}

function heardOf(ctx: Ctx, session: PhoneSession, known: KnownCall | undefined): CallChange {
  const told = known && withStatus(ctx, session, known);
  const call = { ...session.call, ...told?.call };
  const again = CHECK_AFTER_SECONDS[session.call.checks];
  const checkAt = isSettled(call) || again === undefined ? null : fromNow(ctx, again);
  return { ...told, call: { ...call, checks: session.call.checks + 1, checkAt } };
}
