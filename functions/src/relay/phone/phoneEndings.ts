import { CLOSE } from "../closeCodes";
import type { Ending } from "../ending";
import type { HangUpReason } from "./bridgeEvents";

/** How a call's stream ends because the bridge says so. */
export const HANG_UPS = {
  assistant: { code: CLOSE.ended, reason: "hung up", session: { endReason: "assistant" } },
  transferred: { code: CLOSE.ended, reason: "transferred", session: { endReason: "transferred" } },
  voicemail: { code: CLOSE.ended, reason: "message left", session: { endReason: "voicemail" } },
  spent: { code: CLOSE.ended, reason: "spent", session: { endReason: "spent" } },
  /** Spent likewise, but what Twilio asks next is answered with the sentence that the time is up. */
  unsaid: { code: CLOSE.ended, reason: "spent, not said", session: { endReason: "expired" } },
  no_media: { code: CLOSE.expired, reason: "no media", session: "open" },
} as const satisfies Record<HangUpReason, Ending>;

/** How it ends where what it sends is not what Twilio would. */
export const NOT_UNDERSTOOD = {
  code: CLOSE.notUnderstood,
  reason: "not a media stream",
  session: "open",
} as const satisfies Ending;
