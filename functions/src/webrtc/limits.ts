/** How long an ephemeral key may be used to open a session; what it opens outlives it. */
export const KEY_SECONDS = 60;
/** How long OpenAI may take to answer, all keys of the pool together, and one of them. */
export const PROVIDER_MS = 10_000;
export const PROVIDER_KEY_MS = 4_000;

/** How long a request to OpenAI may take. */
export function providerLimits() {
  return {
    signal: AbortSignal.timeout(PROVIDER_MS),
    stallMs: PROVIDER_MS,
    keyStallMs: PROVIDER_KEY_MS,
  };
}

/** An offer with audio and data has 3 to 6 KB. */
export const MAX_SDP_CHARACTERS = 64 * 1_024;
/**
 * How long the relay may take to take a call up, which includes joining it; how often it may fail to, and how soon it is
 * asked again.
 */
export const TAKE_UP_MS = 8_000;
export const TAKE_UP_ASKS = 3;
export const TAKE_UP_PAUSE_MS = 500;

/** Calls that one run of the sweep looks after, and for how long nobody must have held them. */
export const MOST_TENDED_CALLS = 100;
export const TENDED_AFTER_SECONDS = 20;
