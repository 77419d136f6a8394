import type { WindowPolicy } from "../core/slidingWindow";

/** How often a user may place a call. */
export const CALL_WINDOW: WindowPolicy = { limit: 2, windowSeconds: 60 };
/** How many calls to one number are answered. */
export const RECEIVED_WINDOW: WindowPolicy = { limit: 30, windowSeconds: 60 };
/** How long a call may last: where nothing is said, and at most. */
export const DEFAULT_MAX_MINUTES = 10;
export const MAX_MINUTES = 60;
/** How far ahead a call may be scheduled, at least and at most. */
export const SCHEDULE_AHEAD_SECONDS = { least: 60, most: 365 * 24 * 60 * 60 };
/** A call that could not be placed for so long after its time is not placed any more. */
export const MISSED_AFTER_SECONDS = 15 * 60;
/** Cloud Tasks takes tasks of the next 30 days; the sweep hands over what comes within a day less. */
export const ENQUEUE_AHEAD_SECONDS = 29 * 24 * 60 * 60;
/** After how long a call that was being dialled is looked into. */
export const DIALLING_SECONDS = 180;
/** After how long a call that could not be placed is tried again. */
export const LATER_SECONDS = { least: 60, most: 120 };
/** After how long a call that could not be handed over to Cloud Tasks is so again. */
export const HAND_OVER_AGAIN_SECONDS = { least: 60, most: 60 * 60 };
/** After how long a document that could not be read is tried again. */
export const UNREADABLE_SECONDS = 60 * 60;
/** Scheduled calls that one run of the sweep dials, looks into, hands over; of each. */
export const SWEEP_BATCH = 250;
/** How often one run reads so many to find calls whose users may place them. */
export const SWEEP_PAGES = 5;
/** Calls that one run attends to at the same time. */
export const SWEEP_AT_ONCE = 10;
export const SWEEP_LEASE_SECONDS = 120;
/** When a run leaves the rest to the next one: before its lease is over, however slow Twilio is. */
export const SWEEP_RUN_MS = 90_000;
/** For how long of that it dials: the rest is for what else is due. */
export const SWEEP_DIAL_MS = 50_000;
/**
 * Scheduled calls that Cloud Tasks, and beside it the sweep, attends to a second: those that have to wait count, too. Twilio dials
 * one a second unless an account was given more; what comes faster waits in its queue, for `QUEUE_SECONDS` at most.
 */
export const DIALS_A_SECOND = 10;
export const DEFAULT_SCHEDULED_PER_PAGE = 20;
export const MAX_SCHEDULED_PER_PAGE = 100;
/** How often a user may schedule a call, and change the do-not-call list. */
export const SCHEDULE_WINDOW: WindowPolicy = { limit: 30, windowSeconds: 60 };
export const DO_NOT_CALL_WINDOW: WindowPolicy = { limit: 30, windowSeconds: 60 };
/** Calls that a user may have scheduled, about: those that are scheduled at the same moment do not count each other. */
export const MAX_SCHEDULED = 1_000;

/** For how long a phone may ring. */
export const RING_SECONDS = 30;
/** For how long a call may wait in Twilio's queue before it rings: it has no limit of its own for that but a day. */
export const QUEUE_SECONDS = 10 * 60;
/** How soon a call is answered that did not wait there. */
export const PROMPT_ANSWER_SECONDS = 90;
/** What is given to a session beyond its call, which Twilio ends by itself. */
export const SESSION_MARGIN_SECONDS = 60;
/** How often Twilio may ask what to do with one call: each time its stream was cut, or could not be opened. */
export const MAX_ANSWERS = 5;
/** For how long a request is being looked into before it has a session. */
export const CLAIM_SECONDS = 60;
/** How long a request is remembered by its Idempotency-Key. */
export const REQUEST_KEPT_SECONDS = 24 * 60 * 60;

export const DEFAULT_CALLS_PER_PAGE = 10;
export const MAX_CALLS_PER_PAGE = 100;

/** After how long Twilio is asked of a call whose placing it did not confirm. */
export const UNCONFIRMED_CHECK_SECONDS = 15;
/** How long a call may go without being found before it counts as never placed. */
export const UNCONFIRMED_SECONDS = 120;
/** After how long Twilio is asked of a call again, by how often it was asked: the price comes some time after the end. */
export const CHECK_AFTER_SECONDS = [60, 300, 900, 3_600, 6 * 3_600, 24 * 3_600] as const;
/** After how long a call that goes on is asked of again, whose callbacks may have been lost. */
export const LOOK_AGAIN_SECONDS = { unanswered: 60, answered: 300 } as const;
/** By how much our clock may be ahead of Twilio's. */
export const CLOCK_SKEW_SECONDS = 30;
/** Calls that one run reads at a time, and of which it asks at the same time. */
export const CHECKS_A_PAGE = 100;
export const CHECKS_AT_ONCE = 10;
export const CHECK_LEASE_SECONDS = 120;
/** When a run leaves the rest to the next one: before its lease is over, however slow Twilio is. */
export const CHECK_RUN_MS = 90_000;
