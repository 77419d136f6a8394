import type { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { withLease } from "../core/lease";
import { callsTo, fetchCall, type KnownCall, legsOf, type Price } from "../providers/twilioCalls";
import { type TwilioAccount, twilioAccount } from "../providers/twilioClient";
import { type CallRecord, isFinal, statusOf } from "../voice/callRecord";
import {
  type CallChange,
  callsToCheck,
  changeCall,
  findCall,
  type PhoneSession,
  unconfirmedCallsTo,
} from "../voice/phoneSessions";
import { isKnown, isSettled, withStatus } from "./callChanges";
import { inParallel } from "./inParallel";
import {
  CHECK_AFTER_SECONDS,
  CHECK_LEASE_SECONDS,
  CHECK_RUN_MS,
  CHECKS_A_PAGE,
  CHECKS_AT_ONCE,
  CLOCK_SKEW_SECONDS,
  LOOK_AGAIN_SECONDS,
  UNCONFIRMED_SECONDS,
} from "./limits";
import { settleCall } from "./settleCall";

/**
 * Asks Twilio of the calls that are due: whether one that was not confirmed was placed, how one stands whose callbacks
 * did not come, and what one cost; and settles those of which all is known. Reads those alone, some at a time, and ends before its
 * lease does; what is left waits for the next run. 1 request to Twilio, 1 read and 1 write each, 2 reads and 2 writes more where
 * it is settled. Safe to run twice at once.
 * @returns how many it has checked
 */
export async function checkCalls(ctx: Ctx): Promise<number> {
  const checked = await withLease(ctx, "checkCalls", CHECK_LEASE_SECONDS, async () => {
    const until = performance.now() + CHECK_RUN_MS;
    const seen = new Set<string>();
    let done = 0;
    for (;;) {
      const page = await callsToCheck(ctx, CHECKS_A_PAGE);
      // One that could not even be put off is left to the next run.
      const due = page.filter(({ sessionId }) => !seen.has(sessionId));
      for (const { sessionId } of due) seen.add(sessionId);
      done += await checkAll(ctx, due, until);
      if (due.length === 0 || page.length < CHECKS_A_PAGE || performance.now() > until) return done;
    }
  });
  return checked ?? 0;
}

/** @returns how many of them were checked in time */
async function checkAll(ctx: Ctx, due: readonly PhoneSession[], until: number): Promise<number> {
  if (due.length === 0) return 0;
  const account = await twilioAccount(ctx.config);
  // Of those that are looked for among the calls to one number, each must see which the one before it has found.
  const apart = Map.groupBy(due, ({ call }) => call.callSid ?? call.to);
  let done = 0;
  await inParallel([...apart.values()], CHECKS_AT_ONCE, async (together) => {
    for (const session of together) {
      if (performance.now() > until) return;
      await check(ctx, account, session);
      done += 1;
    }
  });
  return done;
}

async function check(ctx: Ctx, account: TwilioAccount, session: PhoneSession): Promise<void> {
  const { sessionId } = session;
  try {
    const known = await ask(ctx, account, session);
    const changed = await changeCall(ctx, sessionId, (current) => outcome(ctx, current, known));
    if (changed && mayBeSettled(changed)) await settleCall(ctx, sessionId);
  } catch (error) {
    ctx.log.warn("a call could not be checked", { sessionId, error });
    await putOff(ctx, sessionId);
  }
}

/** What cannot be checked keeps none of the others waiting. */
async function putOff(ctx: Ctx, sessionId: string): Promise<void> {
  try {
    await changeCall(ctx, sessionId, ({ call }) => ({
      call: { checkAt: fromNow(ctx, CHECK_AFTER_SECONDS[call.checks === 0 ? 0 : 1]) },
    }));
  } catch (error) {
    ctx.log.error("when a call is checked again could not be stored", { sessionId, error });
  }
}

/** All is known, or Twilio was asked for the price often enough. */
function mayBeSettled({ call, endReason }: PhoneSession): boolean {
  const status = statusOf(call);
  return status !== undefined && isFinal(status) && (isKnown({ call, endReason }) || call.checkAt === null);
}

/** What Twilio knows of a call: nothing, or several that may be it. */
type Found = (KnownCall & { transferPrice?: Price }) | "unclear" | undefined;

/** A call of which all is known is only to be settled. 1 request to Twilio, 1 more for one that was put through. */
async function ask(ctx: Ctx, account: TwilioAccount, session: PhoneSession): Promise<Found> {
  const { callSid } = session.call;
  if (isKnown(session)) return undefined;
  if (callSid === null) return search(ctx, account, session);
  const known = await fetchCall(account, callSid);
  if (!known || session.endReason !== "transferred") return known;
  const transferPrice = sumOf(await legsOf(account, callSid));
  return transferPrice === undefined ? known : { ...known, transferPrice };
}

/** What calls have cost together; undefined until all is known of it, and where it is not of one currency. */
function sumOf(legs: readonly KnownCall[]): Price | undefined {
  const answered = legs.filter(({ status }) => !["busy", "no-answer", "canceled", "failed"].includes(status));
  const unit = answered[0]?.price?.unit ?? "USD";
  let amount = 0;
  for (const { price } of answered) {
    if (price?.unit !== unit) return undefined;
    amount += price.amount;
  }
  return { amount, unit };
}

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
  if (session.call.callSid === null && !found && !isKnown(session)) return unfound(ctx, session);
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
  // Its callbacks tell of its end; should they not come, it is asked of again.
  if (known && isGoingOn(ctx, session, call)) return { call: { ...call, checkAt: nextLook(ctx, session) } };
  const again = CHECK_AFTER_SECONDS[session.call.checks];
  const checkAt = isSettled({ ...session, call }) || again === undefined ? null : fromNow(ctx, again);
  return { ...told, call: { ...call, checks: session.call.checks + 1, checkAt } };
}

/** One that rings is over soon, one that was answered takes its minutes. */
function nextLook(ctx: Ctx, { call, expiresAt }: PhoneSession): Timestamp {
  const next = fromNow(ctx, LOOK_AGAIN_SECONDS[call.answers === 0 ? "unanswered" : "answered"]);
  return next.toMillis() < expiresAt.toMillis() ? next : expiresAt;
}

function isGoingOn(ctx: Ctx, session: PhoneSession, call: CallRecord): boolean {
  const status = statusOf(call);
  const isOver = session.status === "ended" || (status !== undefined && isFinal(status));
  return !isOver && session.expiresAt.toMillis() > ctx.now().getTime();
}
