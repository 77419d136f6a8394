import { everyMinute, onTask } from "../endpoint/events";
import { TWILIO_SECRETS } from "../endpoint/secrets";
import { checkCalls as check } from "./checkCalls";
import { dialScheduled } from "./dialScheduled";
import { sweepScheduled } from "./sweepScheduled";

/** Each minute: asks Twilio of calls that were not confirmed or not heard of, and of what they cost. */
export const checkCalls = everyMinute(check, TWILIO_SECRETS);

/** Each minute: hands over, dials and looks into the scheduled calls that are due. */
export const sweepScheduledCalls = everyMinute(sweepScheduled, TWILIO_SECRETS);

/** At the time of a scheduled call: dials it. What must wait is left to the sweep. */
export const dialScheduledCall = onTask<{ scheduledId: string }>(
  (ctx, { scheduledId }) => dialScheduled(ctx, String(scheduledId)),
  TWILIO_SECRETS,
);
