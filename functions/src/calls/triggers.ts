import { everyMinute } from "../endpoint/events";
import { TWILIO_SECRETS } from "../endpoint/secrets";
import { checkCalls as check } from "./checkCalls";

/** Each minute: asks Twilio of calls that were not confirmed or not heard of, and of what they cost. */
export const checkCalls = everyMinute(check, TWILIO_SECRETS);
