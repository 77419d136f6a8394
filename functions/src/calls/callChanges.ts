import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { CALL_STATUSES, type CallRecord, type CallStatus, isFinal, statusOf } from "../voice/callRecord";
import type { CallChange, PhoneSession } from "../voice/phoneSessions";
import type { EndReason } from "../voice/schemas";
import { CHECK_AFTER_SECONDS } from "./limits";

/** What Twilio tells of a call. */
export interface ToldStatus {
  callSid?: string;
  /** One of `CALL_STATUSES`; another is left alone. */
  status: string;
  /** When it became so, and the number of that event, where Twilio says. */
  at?: Date;
  sequence?: number;
  durationSeconds?: number;
  price?: CallRecord["price"];
  transferPrice?: CallRecord["transferPrice"];
}

const END_REASON: Partial<Record<CallStatus, EndReason>> = {
  completed: "hangup",
  busy: "busy",
  "no-answer": "no_answer",
  canceled: "canceled",
  failed: "failed",
};

/** What a status makes of a call: the same, however often and in whatever order statuses are told. */
export function withStatus(ctx: Ctx, session: PhoneSession, told: ToldStatus): CallChange | undefined {
  const { call } = session;
  if (told.callSid !== undefined && call.callSid !== null && told.callSid !== call.callSid) return undefined;
  const changed = {
    ...call,
    callSid: call.callSid ?? told.callSid ?? null,
    statuses: withEvent(ctx, call, told),
    ...(told.durationSeconds === undefined ? {} : { durationSeconds: told.durationSeconds }),
    ...(told.price === undefined ? {} : { price: told.price }),
    ...(told.transferPrice === undefined ? {} : { transferPrice: told.transferPrice }),
  };
  const [before, now] = [statusOf(call), statusOf(changed)];
  const hasEnded = now !== undefined && isFinal(now);
  const endsNow = hasEnded && !(before && isFinal(before));
  return {
    call: {
      ...changed,
      ...(endsNow
        ? {
            checkAt: isSettled({ ...session, call: changed }) ? null : fromNow(ctx, CHECK_AFTER_SECONDS[0]),
            checks: 0,
          }
        : {}),
    },
    ...(hasEnded ? { ended: END_REASON[now] } : {}),
  };
}

function withEvent(ctx: Ctx, { statuses }: CallRecord, told: ToldStatus): CallRecord["statuses"] {
  const status = CALL_STATUSES.find((known) => known === told.status);
  if (!status) return statuses;
  // What Twilio has numbered is when it happened; all else is when we heard of it.
  const known = statuses[status];
  if (known && (told.sequence === undefined || known.sequence !== undefined)) return statuses;
  return { ...statuses, [status]: eventOf(ctx, told) };
}

/** When a call became what it is: as Twilio says, else now. */
export function eventOf(ctx: Ctx, { at, sequence }: Pick<ToldStatus, "at" | "sequence">) {
  const event = { at: Timestamp.fromDate(at ?? ctx.now()) };
  return sequence === undefined ? event : { ...event, sequence };
}

type EndedCall = Pick<PhoneSession, "call" | "endReason">;

/** Whether all is known of a call: its price is told some time after the end, and only of one that was answered. */
export function isKnown({ call, endReason }: EndedCall): boolean {
  const status = statusOf(call);
  if (status === undefined || !isFinal(status)) return false;
  if (status !== "completed") return true;
  return call.price !== undefined && (endReason !== "transferred" || call.transferPrice !== undefined);
}

/** Whether nothing is left to be done for a call: all is known, and what was set aside for it is settled. */
export function isSettled({ call, endReason }: EndedCall): boolean {
  return isKnown({ call, endReason }) && (call.verdict === undefined || call.costUsd !== undefined);
}
