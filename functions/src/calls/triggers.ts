import { everyMinute, onLeaving, onTask } from "../endpoint/events";
import { TWILIO_SECRETS } from "../endpoint/secrets";
import { checkCalls as check } from "./checkCalls";
import { dialScheduled } from "./dialScheduled";
import { hangUpForsaken, isForsaken } from "./hangUpForsaken";
import { DIALS_A_SECOND } from "./limits";
import { sweepScheduled } from "./sweepScheduled";

/** Each minute: asks Twilio of calls that were not confirmed or not heard of, and of what they cost. */
export const checkCalls = everyMinute(check, TWILIO_SECRETS);

/** Each minute: hands over, dials and looks into the scheduled calls that are due. */
export const sweepScheduledCalls = everyMinute((ctx) => sweepScheduled(ctx), TWILIO_SECRETS);

/** At the time of a scheduled call: dials it. What must wait is left to the sweep. */
export const dialScheduledCall = onTask<{ scheduledId: string }>(
  (ctx, { scheduledId }) => dialScheduled(ctx, String(scheduledId)),
  DIALS_A_SECOND,
  TWILIO_SECRETS,
);

/** A session has ended, or was deleted, whose call nobody has answered: it does not ring any longer. */
export const hangUpForsakenCall = onLeaving(
  "voiceSessions/{sessionId}",
  isForsaken,
  hangUpForsaken,
  TWILIO_SECRETS,
);
