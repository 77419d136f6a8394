import type { WindowPolicy } from "../core/slidingWindow";

/** How often a user may begin to connect a calendar. */
export const CONNECT_WINDOW: WindowPolicy = { limit: 10, windowSeconds: 60 };
/** How long a user may take to consent. */
export const STATE_SECONDS = 10 * 60;
export const DEFAULT_EVENTS_PER_PAGE = 10;
export const MAX_EVENTS_PER_PAGE = 250;

/** An access token that expires sooner is not used any more. */
export const FRESH_SECONDS = 60;
/** For how long one instance may be asking Google for a new access token before another does. */
export const REFRESH_LEASE_SECONDS = 15;
/** How often the others look whether it has come. */
export const REFRESH_POLL_MS = 150;

/** How long Google may take to answer a request: of an app, and of an assistant that somebody is listening to. */
export const REQUEST_TIMEOUT_MS = 10_000;
export const SPOKEN_REQUEST_TIMEOUT_MS = 3_000;
/** How long an assistant works on one wish at most: it is given up for late soon after. */
export const SPOKEN_WORK_MS = 9_500;
/** A change is begun so early that it and a look at what came of it end within that. */
export const CHANGE_WITHIN_MS = SPOKEN_WORK_MS - 2 * SPOKEN_REQUEST_TIMEOUT_MS;
/** Of an event that is so young it may be that nobody was told yet: it gives way to another. */
export const UNTOLD_SECONDS = 30;

/** Days of which an assistant is told at the beginning, today among them. */
export const BRIEFED_DAYS = 3;
/** Events that an assistant is told of at once. */
export const MAX_TOLD_EVENTS = 50;
/** Of an event's texts an assistant is told so much. */
export const MAX_TOLD_CHARACTERS = 300;
/** How far an assistant may look for free time, and how many gaps it is told of. */
export const MAX_SEARCHED_DAYS = 31;
export const MAX_FREE_TIMES = 20;
/** Events of one search for free time or of a look around one event; more than anybody can attend. */
export const MAX_SEARCHED_EVENTS = 2_500;
/** Pages that are looked through for them: Google may give short ones. */
export const MAX_SEARCHED_PAGES = 8;
/** How long an event may be that an assistant books. */
export const MAX_EVENT_HOURS = 24;
