import type { WindowPolicy } from "../core/slidingWindow";

/** How often a user may chat. */
export const CHAT_WINDOW: WindowPolicy = { limit: 20, windowSeconds: 60 };
export const MAX_MESSAGES = 100;
/** What all messages together may have, in Unicode code points. */
export const MAX_CHARACTERS = 100_000;
/** What an answer may have, in tokens: where the client says nothing, and at most. */
export const DEFAULT_MAX_TOKENS = 4_096;
export const MAX_TOKENS = 16_384;
/** For how long the provider may be silent in mid-answer. */
export const STALL_MS = 30_000;
