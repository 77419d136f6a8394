import type { WindowPolicy } from "../core/slidingWindow";

/** How many scenarios a user may have. */
export const MAX_SCENARIOS = 20;
/** How often a user may create one. */
export const CREATE_WINDOW: WindowPolicy = { limit: 10, windowSeconds: 60 };
export const MAX_PERSONA_CHARACTERS = 5_000;
export const MAX_PROMPT_CHARACTERS = 10_000;
export const MAX_TEMPERATURE = 2;
export const DEFAULT_TEMPERATURE = 0.8;
/** What persona and prompt may have together once their variables are filled. */
export const MAX_FILLED_CHARACTERS = 16_000;
/** Variables that one scenario may have, and what a value may have. */
export const MAX_VARIABLES = 30;
export const MAX_VALUE_CHARACTERS = 500;
