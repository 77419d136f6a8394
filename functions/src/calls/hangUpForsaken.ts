import type { Ctx } from "../core/ctx";
import { hangUpCall } from "../providers/twilioCalls";
import { twilioAccount } from "../providers/twilioClient";
import { type CallRecord, isFinal, statusOf } from "../voice/callRecord";

/** A session as it is stored, of whatever kind. */
type Stored = Record<string, unknown>;

/**
 * Whether a session has ended, or was deleted, whose call goes on with nobody in it: it waits at Twilio or rings. A call
 * that was answered is ended by the relay that holds it, and when Twilio asks what to do next.
 * @param now undefined where the session was deleted
 */
export function isForsaken(was: Stored, now: Stored | undefined): boolean {
  if (!now) return isUnanswered(was);
  // Its SID may come to be known only after the end.
  return isOver(now) && isUnanswered(now) && !(isOver(was) && isUnanswered(was));
}

const isOver = ({ status }: Stored) => status === "ended";

function isUnanswered({ call }: Stored): boolean {
  const { callSid, answers = 0, statuses = {} } = (call ?? {}) as Partial<CallRecord>;
  const status = statusOf({ statuses });
  return Boolean(callSid) && answers === 0 && !(status !== undefined && isFinal(status));
}

/** Hangs up the call of a session that is over; again, and where it has ended anyway, nothing changes. 1 request to Twilio. */
export async function hangUpForsaken(ctx: Ctx, { call }: Stored): Promise<void> {
  const { callSid } = (call ?? {}) as Partial<CallRecord>;
  if (callSid) await hangUpCall(await twilioAccount(ctx.config), callSid);
}
