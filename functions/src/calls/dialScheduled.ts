import { FieldValue, type Transaction } from "firebase-admin/firestore";
import { getUser } from "../accounts/users";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { changeCallWithin } from "../voice/phoneSessions";
import { withStatus } from "./callChanges";
import { dialCall, Unconfirmed } from "./dialCall";
import { DIALLING_SECONDS, MISSED_AFTER_SECONDS } from "./limits";
import { openCall } from "./openCall";
import { callableNumber } from "./phoneNumber";
import { requirePhone } from "./requirePhone";
import { type ScheduledCallDoc, scheduledCalls } from "./store";
import { waitFor, waitUntil } from "./waiting";

/** Clocks differ: a task that comes so little before its time is in time. */
const EARLY_SECONDS = 5;
/** Codes of refusals that time does not mend. */
const FINAL: ReadonlySet<string> = new Set([
  "invalid_argument",
  "not_found",
  "permission_denied",
  "unauthenticated",
]);
const MISSED = "It could not be placed within 15 minutes.";

/** What came of an attempt; `later` where another is to be made, and `nothing` where it is somebody else's or over. */
export type Dialled = "placed" | "refused" | "failed" | "unknown" | "missed" | "later" | "nothing";

/**
 * Dials a scheduled call whose time has come, exactly once, whoever else tries at the same time: the transaction that
 * opens its session takes it for this attempt, and no later attempt finds it to be taken. It is given back where Twilio
 * is known not to have taken it, for want of a connection or too many at once. After a crash in between it is never
 * dialled again; the sweep finds out what became of it. 2 reads, a request to Firebase Auth, what placing a call
 * costs, and 2 writes; where it has to wait or is refused 1 read and 1 write more, for why.
 */
export async function dialScheduled(ctx: Ctx, scheduledId: string): Promise<Dialled> {
  const call = (await scheduledCalls(ctx.db).doc(scheduledId).get()).data();
  if (call?.status !== "scheduled") return "nothing";
  const late = (ctx.now().getTime() - call.at.toMillis()) / 1_000;
  if (late < -EARLY_SECONDS) return "later";
  const sessionId = ctx.newId();
  if (late > MISSED_AFTER_SECONDS) {
    const reason = call.reason === undefined ? MISSED : `${MISSED} ${call.reason}`;
    return decide(ctx, { scheduledId, sessionId }, () => ({ outcome: "missed", reason }));
  }
  try {
    return await dial(atItsTime(ctx, call), call, sessionId);
  } catch (error) {
    return afterFailure(ctx, { scheduledId, sessionId }, error);
  }
}

/** A call that is dialled a moment early is judged as at its time: the hours may begin just then. */
function atItsTime(ctx: Ctx, { at }: ScheduledCallDoc): Ctx {
  const { config, db } = ctx;
  const now = () => new Date(Math.max(ctx.now().getTime(), at.toMillis()));
  return { ...ctx, config, db, now };
}

async function dial(
  ctx: Ctx,
  { scheduledId, userId, options }: ScheduledCallDoc,
  sessionId: string,
): Promise<Dialled> {
  const from = requirePhone(ctx.config);
  // Since it was scheduled, settings may have become stricter, and the account may be gone.
  const to = callableNumber(options.phone_number, from, ctx.config);
  await assertMayCall(userId);
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  const session = await openCall(
    ctx,
    { ...options, userId, sessionId, from, to },
    {
      assert: (tx) => assertStillScheduled(ctx, tx, scheduledId),
      keep: (tx) =>
        void tx.update(reference, { status: "dialling", sessionId, dueAt: fromNow(ctx, DIALLING_SECONDS) }),
    },
  );
  const { callSid } = await dialCall(ctx, session);
  await reference.update({ status: "placed", callSid, dueAt: null, reason: FieldValue.delete() });
  return "placed";
}

/**
 * Asks Firebase Auth, as a token does of whoever places a call at once.
 * @throws AppError unauthenticated where the account is gone, permission_denied where it is disabled, provider_unavailable
 */
async function assertMayCall(userId: string): Promise<void> {
  const { is_active } = await getUser(userId);
  if (!is_active) throw new AppError("permission_denied", "The account that scheduled it is disabled.");
}

class TakenByAnother extends Error {}

async function assertStillScheduled(ctx: Ctx, tx: Transaction, scheduledId: string): Promise<void> {
  const status = (await tx.get(scheduledCalls(ctx.db).doc(scheduledId))).data()?.status;
  if (status !== "scheduled") throw new TakenByAnother();
}

/** One attempt to dial a call. */
interface Attempt {
  scheduledId: string;
  /** The session that the attempt opens, which makes the call its own. */
  sessionId: string;
}

async function afterFailure(ctx: Ctx, attempt: Attempt, error: unknown): Promise<Dialled> {
  if (error instanceof TakenByAnother) return "nothing";
  if (!(error instanceof AppError)) throw error;
  const reason = error.safeMessage;
  return decide(ctx, attempt, (call) => {
    // What Twilio did not tell is found out by asking, never by dialling again.
    if (call.status === "dialling" && error instanceof Unconfirmed) return { outcome: "unknown" };
    const isPassing = error.code === "provider_unavailable";
    if (call.status === "dialling" && !isPassing) return { outcome: "failed", reason };
    if (FINAL.has(error.code)) return { outcome: "refused", reason };
    ctx.log.warn("a scheduled call must wait", { scheduledId: call.scheduledId, code: error.code });
    return { outcome: "later", reason, seconds: waitFor(ctx, call, error.details.retryAfterSeconds) };
  });
}

type Decision =
  | { outcome: "unknown" }
  | { outcome: "later"; reason: string; seconds: number }
  | { outcome: "missed" | "refused" | "failed"; reason: string };

/**
 * Writes down what becomes of a call, if it is still this attempt's or nobody's: another attempt's call is left alone. A
 * call that was taken and is known not to have been dialled is nobody's again, or has failed, and its session has ended;
 * where its user has ended or deleted that meanwhile, it is cancelled.
 * 1 read, 1 write; 1 read and 3 writes more for that session.
 */
async function decide(
  ctx: Ctx,
  { scheduledId, sessionId }: Attempt,
  decisionOn: (call: ScheduledCallDoc) => Decision,
): Promise<Dialled> {
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  return transact(ctx.db, async (tx) => {
    const call = (await tx.get(reference)).data();
    const isOwn = call?.status === "dialling" && call.sessionId === sessionId;
    if (!call || !(call.status === "scheduled" || isOwn)) return "nothing";
    const decision = decisionOn(call);
    let isUnwanted = false;
    if (isOwn && decision.outcome !== "unknown") {
      const session = await changeCallWithin(ctx, tx, sessionId, (one) =>
        withStatus(ctx, one, { status: "failed" }),
      );
      isUnwanted = !session || session.endReason === "client";
    }
    if (decision.outcome === "later" && isUnwanted) {
      tx.update(reference, { status: "cancelled", dueAt: null });
      return "nothing";
    }
    if (decision.outcome === "later") {
      const { reason, seconds } = decision;
      const dueAt = waitUntil(ctx, call, seconds);
      tx.update(reference, { status: "scheduled", sessionId: FieldValue.delete(), reason, dueAt });
    } else if (decision.outcome !== "unknown") {
      const { outcome: status, reason } = decision;
      tx.update(reference, { status, reason, dueAt: null });
    }
    return decision.outcome;
  });
}
