import { everyMinute } from "../endpoint/events";
import { GOOGLE_SECRETS } from "../endpoint/secrets";
import { eraseAgain } from "./erasures";

/** Erases once more what an account left that was erased a while ago. */
export const eraseLeftovers = everyMinute(eraseAgain, [...GOOGLE_SECRETS, "SECRET_KEY"]);
