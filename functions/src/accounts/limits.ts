import type { WindowPolicy } from "../core/slidingWindow";

/** How often one may register, sign in or refresh, by network address and by e-mail address, each by itself. */
export const AUTH_WINDOW: WindowPolicy = { limit: 5, windowSeconds: 60 };
export const MIN_PASSWORD_CHARACTERS = 8;
export const MAX_PASSWORD_CHARACTERS = 128;
export const MAX_EMAIL_CHARACTERS = 254;
/** A refused sign-in takes at least this long, so that its time does not tell whether the address is known. */
export const MIN_REFUSAL_MS = 400;
