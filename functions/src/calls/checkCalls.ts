import type { Ctx } from "../core/ctx";
import { withLease } from "../core/lease";
import { callsTo, fetchCall, type KnownCall } from "../providers/twilioCalls";
import { type TwilioAccount, twilioAccount } from "../providers/twilioClient";
import { callsToCheck, changeCall, findCall, type PhoneSession } from "../voice/phoneSessions";
import { after, isSettled, withStatus } from "./callChanges";
import { CHECK_AFTER_SECONDS, CHECK_LEASE_SECONDS, CHECKS_A_RUN, UNCONFIRMED_SECONDS } from "./limits";

/**
 * Asks Twilio of the calls that are due: whether one that was not confirmed was placed, how one stands whose callbacks
 * did not come, and what one cost. Reads those alone; 1 request to Twilio and 1 write each. Safe to run twice at once.
 */
export async function checkCalls(ctx: Ctx): Promise<number> {
  const checked = await withLease(ctx, "checkCalls", CHECK_LEASE_SECONDS, async () => {
    const due = await callsToCheck(ctx, CHECKS_A_RUN);
    if (due.length === 0) return 0;
    const account = await twilioAccount(ctx.config);
    for (const session of due) await check(ctx, account, session);
    return due.length;
  });
  return checked ?? 0;
}

async function check(ctx: Ctx, account: TwilioAccount, session: PhoneSession): Promise<void> {
  const { sessionId } = session;
  try {
    const { callSid } = session.call;
    const known = callSid === null ? await search(ctx, account, session) : await fetchCall(account, callSid);
    await changeCall(ctx, sessionId, (current) => outcome(ctx, current, known));
  } catch (error) {
    ctx.log.warn("a call could not be checked", { sessionId, error });
    await changeCall(ctx, sessionId, ({ call }) => ({
      call: { checkAt: after(ctx, CHECK_AFTER_SECONDS[call.checks === 0 ? 0 : 1]) },
    }));
  }
}

/** The call that Twilio placed for a session without telling us, if just one can be it. */
async function search(
  ctx: Ctx,
  account: TwilioAccount,
  session: PhoneSession,
): Promise<KnownCall | undefined> {
  const placedAt = session.createdAt.toMillis();
  const found = await callsTo(account, {
    to: session.call.to,
    after: new Date(placedAt - 5_000),
    before: new Date(placedAt + UNCONFIRMED_SECONDS * 1_000),
  });
  const taken = await Promise.all(found.map(({ callSid }) => findCall(ctx, callSid)));
  const free = found.filter((_, index) => taken[index] === undefined);
  if (free.length > 1)
    ctx.log.error("several calls may be one that was not confirmed", { sessionId: session.sessionId });
  return free.length === 1 ? free[0] : undefined;
}

function outcome(ctx: Ctx, session: PhoneSession, known: KnownCall | undefined) {
  const { call, createdAt } = session;
  const isLost =
    call.callSid === null && ctx.now().getTime() - createdAt.toMillis() > UNCONFIRMED_SECONDS * 1_000;
  if (!known && isLost) return withStatus(ctx, session, { status: "failed" });
  const told = known && withStatus(ctx, session, known);
  const changed = { ...call, ...told?.call };
  return {
    ...told,
    call: {
      ...changed,
      checks: call.checks + 1,
      checkAt: isSettled(changed) ? null : nextCheck(ctx, call.checks, call.callSid),
    },
  };
}

/** null once it was asked often enough. */
function nextCheck(ctx: Ctx, checks: number, callSid: string | null) {
  const seconds = callSid === null ? CHECK_AFTER_SECONDS[0] : CHECK_AFTER_SECONDS[checks];
  return seconds === undefined ? null : after(ctx, seconds);
}
