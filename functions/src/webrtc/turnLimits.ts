import type { WindowPolicy } from "../core/slidingWindow";

/** How often new TURN credentials are made for a user; those that are given again are not counted. */
export const TURN_WINDOW: WindowPolicy = { limit: 10, windowSeconds: 60 };
/** How long TURN credentials live: at least, and at most, which is all that Twilio gives. */
export const MIN_TURN_SECONDS = 60;
export const MAX_TURN_SECONDS = 24 * 60 * 60;
export const DEFAULT_TURN_SECONDS = MAX_TURN_SECONDS;
/** Credentials are given again while more than this part of their life is left. */
export const TURN_GIVEN_AGAIN_ABOVE = 0.5;
