import { FieldValue } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { fromNow } from "../core/fromNow";
import { findPhoneSession } from "../voice/phoneSessions";
import { DIALLING_SECONDS, UNCONFIRMED_SECONDS } from "./limits";
import { type ScheduledCallDoc, scheduledCalls } from "./store";

/** Twilio is asked by the check of calls for so long, with a margin for its runs. */
const GIVEN_UP_AFTER_SECONDS = UNCONFIRMED_SECONDS + 2 * DIALLING_SECONDS;
const NOT_KNOWN = "It is not known whether it was placed; it is not placed again by itself.";

/** What became of a call whose dialling nobody has finished: its session knows, for Twilio is asked. 1 read, 1 write. */
export async function lookInto(ctx: Ctx, { scheduledId, sessionId = "" }: ScheduledCallDoc): Promise<void> {
  const session = await findPhoneSession(ctx, sessionId);
  const reference = scheduledCalls(ctx.db).doc(scheduledId);
  const callSid = session?.call.callSid;
  if (callSid) {
    await reference.update({ status: "placed", callSid, dueAt: null, reason: FieldValue.delete() });
    return;
  }
  const age = session ? ctx.now().getTime() - session.createdAt.toMillis() : Number.POSITIVE_INFINITY;
  if (session?.status === "active" && age < GIVEN_UP_AFTER_SECONDS * 1_000) {
    await reference.update({ dueAt: fromNow(ctx, DIALLING_SECONDS) });
    return;
  }
  // For a person to see: it may have been dialled.
  await reference.update({ status: "unknown", reason: NOT_KNOWN, dueAt: null });
}
