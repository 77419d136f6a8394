import type { WindowPolicy } from "../core/slidingWindow";

/** How often a user may have a text spoken. */
export const SPEECH_WINDOW: WindowPolicy = { limit: 20, windowSeconds: 60 };
/** What a text may have, in Unicode code points, as the provider counts. */
export const MAX_TEXT_CHARACTERS = 4_096;
/** For how long the provider may be silent. */
export const STALL_MS = 30_000;
