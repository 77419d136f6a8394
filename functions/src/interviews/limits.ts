import type { WindowPolicy } from "../core/slidingWindow";

/** How many interviews a user may have. */
export const MAX_INTERVIEWS = 100;
/** How often a user may create one. */
export const CREATE_WINDOW: WindowPolicy = { limit: 20, windowSeconds: 60 };
export const DEFAULT_INTERVIEWS_PER_PAGE = 20;
export const MAX_INTERVIEWS_PER_PAGE = 100;

/** Together with the persona these stay far below what a session's instructions may have. */
export const MAX_TITLE_CHARACTERS = 200;
export const MAX_ROLE_CHARACTERS = 200;
export const MAX_QUESTION_CHARACTERS = 1_000;
export const MAX_QUESTIONS = 50;

/** Sessions that the progress of a question names, the latest. */
export const MAX_SESSIONS_PER_QUESTION = 10;
