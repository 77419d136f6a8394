/** How long Vapi may take to answer. */
export const ASK_MS = 1_500;
/** How long starting a session may take once its caller is known: apps are promised an answer within 3 s. */
export const START_MS = 2_200;
/** How long it is believed that an assistant is there, and how long that stands in for an answer that does not come. */
export const FOUND_SECONDS = 5 * 60;
export const FOUND_AT_MOST_SECONDS = 60 * 60;
/** How long it is believed that there is none, or that the key is not taken: until somebody has put it right. */
export const WRONG_SECONDS = 15;
/** How long Vapi is left alone that did not answer. */
export const AWAY_SECONDS = 3;
/** When one may come again that was turned away for it. */
export const RETRY_SECONDS = 5;
/** How long a public token lives: a call that has begun needs it no more. */
export const TOKEN_SECONDS = 10 * 60;

/** What a message of Vapi's may weigh: a report tells a whole conversation, several times over. */
export const MAX_EVENT_BYTES = 1_048_576;
/** Of one conversation. */
export const MAX_TURNS = 2_000;
export const MAX_TURN_CHARACTERS = 20_000;
