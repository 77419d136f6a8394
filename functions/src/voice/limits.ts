import type { WindowPolicy } from "../core/slidingWindow";

/** How long a session may be used after it was created. */
export const SESSION_TTL_SECONDS = 30 * 60;
/** The same for one in which a question of an interview is practised. */
export const INTERVIEW_TTL_SECONDS = 60 * 60;
/** How long a relay ticket may wait to be used. */
export const TICKET_TTL_SECONDS = 60;
/** How many sessions a user may have open at once. */
export const MAX_ACTIVE_SESSIONS = 3;
/** After how long the store may forget a WebRTC call: OpenAI ends each after an hour. */
export const SIDEBAND_TTL_SECONDS = 3 * 60 * 60;
/** How long the relay has to take up a call that was just begun, before others look for it. */
export const SIDEBAND_GRACE_SECONDS = 15;

/** Further calls at Vapi that are remembered of a session, so that they are erased with it. */
export const MAX_OTHER_CALLS = 10;

/** How often a user may connect. */
export const CONNECT_WINDOW: WindowPolicy = { limit: 10, windowSeconds: 60 };
/** How often a user may be given a key for the model itself: what is begun with one cannot be ended, and lasts up to an hour. */
export const KEY_WINDOW: WindowPolicy = { limit: 20, windowSeconds: 60 * 60 };
/** How long the per-user bookkeeping of limits outlives its last use. */
export const USAGE_WINDOW_TTL_SECONDS = 24 * 60 * 60;

/** The most tokens one answer may have; a client may ask for fewer. */
export const MAX_OUTPUT_TOKENS = 4_096;

export const DEFAULT_SESSIONS_PER_PAGE = 10;
export const MAX_SESSIONS_PER_PAGE = 100;

export const MAX_INSTRUCTIONS_CHARACTERS = 16_000;
export const MAX_TRANSCRIPT_MESSAGES = 1_000;
export const MAX_MESSAGE_CHARACTERS = 20_000;
/** What all messages together may weigh; a Firestore document holds 1 MiB and the recorded turns come on top. */
export const MAX_TRANSCRIPT_BYTES = 400 * 1_024;
/** What the merged `messages` of a transcript may weigh; beyond it they are cut and `truncated` is set. */
export const MAX_MERGED_BYTES = 900 * 1_024;
/** Earlier turns given back to the model when a session is taken up again. */
export const MAX_RESUMED_TURNS = 50;

/** Sessions ended by one query of the sweep, and queries of one run. */
export const SWEEP_BATCH = 250;
export const SWEEP_MAX_BATCHES = 20;
export const SWEEP_LEASE_SECONDS = 120;
