import type { Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { phoneSettings } from "../providers/twilioClient";
import { after } from "./callChanges";
import { dialCall } from "./dialCall";
import { DIALLING_SECONDS, MISSED_AFTER_SECONDS } from "./limits";
import { openCall } from "./openCall";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** Clocks differ: a task that comes so little before its time is in time. */
const EARLY_SECONDS = 5;
/** Codes of refusals that time does not mend. */
const FINAL: ReadonlySet<string> = new Set(["invalid_argument", "not_found", "permission_denied"]);

/** What came of an attempt; `later` where another is to be made, and `nothing` where it is somebody else's or over. */
export type Dialled = "placed" | "refused" | "failed" | "unknown" | "missed" | "later" | "nothing";

/**
 * Dials a scheduled call whose time has come, exactly once, whoever else tries at the same time: the transaction that
 * opens its session takes it for this attempt, and no later attempt finds it to be taken. After a crash in between it is
 * never dialled again; the sweep finds out what became of it. A read, and what placing a call costs, and 2 writes.
 */
export async function dialScheduled(ctx: Ctx, scheduledId: string): Promise<Dialled> {
  const call = (await scheduledCalls(ctx.db).doc(scheduledId).get()).data();
  if (call?.status !== "scheduled") return "nothing";
  const late = (ctx.now().getTime() - call.at.toMillis()) / 1_000;
  if (late < -EARLY_SECONDS) return "later";
  if (late > MISSED_AFTER_SECONDS)
    return end(ctx, call, "missed", "It could not be placed within 15 minutes.");
  try {
    return await dial(ctx, call);
  } catch (error) {
    return afterFailure(ctx, call, error);
  }
}

async function dial(ctx: Ctx, { scheduledId, userId, options }: ScheduledCallDoc): Promise<Dialled> {
  const { phoneNumber: from } = phoneSettings(ctx.config);
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  const sessionId = ctx.newId();
  const call = { ...options, userId, sessionId, from, to: options.phone_number };
  const session = await openCall(ctx, call, {
    assert: (tx) => assertStillScheduled(ctx, tx, scheduledId),
    keep: (tx) =>
      void tx.update(reference, { status: "dialling", sessionId, dueAt: after(ctx, DIALLING_SECONDS) }),
  });
  const { callSid } = await dialCall(ctx, session, undefined);
  await reference.update({ status: "placed", callSid, dueAt: null });
  return "placed";
}

class TakenByAnother extends Error {}

async function assertStillScheduled(ctx: Ctx, tx: Transaction, scheduledId: string): Promise<void> {
  const status = (await tx.get(scheduledCalls(ctx.db).doc(scheduledId))).data()?.status;
  if (status !== "scheduled") throw new TakenByAnother();
}

async function afterFailure(ctx: Ctx, call: ScheduledCallDoc, error: unknown): Promise<Dialled> {
  if (error instanceof TakenByAnother) return "nothing";
  if (!(error instanceof AppError)) throw error;
  const now = (await scheduledCalls(ctx.db).doc(call.scheduledId).get()).data();
  if (now?.status === "dialling") {
    // What Twilio did not tell is found out by asking, never by dialling again.
    const isOpen = error.code === "provider_unavailable";
    return isOpen ? "unknown" : end(ctx, now, "failed", error.safeMessage);
  }
  if (now?.status !== "scheduled") return "nothing";
  if (FINAL.has(error.code)) return end(ctx, now, "refused", error.safeMessage);
  ctx.log.warn("a scheduled call must wait", { scheduledId: call.scheduledId, code: error.code });
  return "later";
}

/** Ends a scheduled call that nobody has changed since it was read. 1 read, 1 write. */
async function end<Status extends "missed" | "refused" | "failed">(
  ctx: Ctx,
  { scheduledId, status: before }: ScheduledCallDoc,
  status: Status,
  reason: string,
): Promise<Status | "nothing"> {
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  return transact(ctx.db, async (tx) => {
    if ((await tx.get(reference)).data()?.status !== before) return "nothing";
    tx.update(reference, { status, reason, dueAt: null });
    return status;
  });
}
