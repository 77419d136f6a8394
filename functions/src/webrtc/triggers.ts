import { everyMinute } from "../endpoint/events";
import { OPENAI_SECRETS } from "../endpoint/secrets";
import { tendCalls } from "./tendCalls";

/** Each minute: WebRTC calls that no relay holds are taken up, or hung up. */
export const tendRealtimeCalls = everyMinute(tendCalls, [...OPENAI_SECRETS, "SECRET_KEY"]);
