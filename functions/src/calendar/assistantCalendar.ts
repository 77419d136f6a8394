import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import type { GoogleCalendar } from "../providers/googleCalendar";
import { CHANGE_WITHIN_MS, SPOKEN_REQUEST_TIMEOUT_MS } from "./limits";
import { withCalendar } from "./withCalendar";

/** A user's calendar in one conversation. */
export interface AssistantCalendar {
  userId: string;
  /** The session's id, so that what is asked for twice in it is done once. */
  conversation: string;
  /** The ids of what it was told is booked: what others enter later does not undo that. */
  proven: Set<string>;
  /** The calendar's, once it is known. */
  timeZone?: string;
}

/** A calendar with the zone that its times of day are meant in. */
export type ZonedCalendar = GoogleCalendar & {
  timeZone: string;
  /**
   * To be called before a change, for whoever waits to hear what came of it.
   * @throws AppError provider_unavailable where it is too late for that
   */
  assertTimeToChange(): void;
};

/**
 * Does something with a calendar while somebody waits. Its time zone is asked for once, where it is not known. Costs as
 * `withCalendar`.
 */
export async function whileSpeaking<T>(
  ctx: Ctx,
  conversation: AssistantCalendar,
  work: (calendar: ZonedCalendar) => Promise<T>,
): Promise<T> {
  const { userId } = conversation;
  const began = performance.now();
  const assertTimeToChange = () => {
    if (performance.now() - began > CHANGE_WITHIN_MS) throw tooLate();
  };
  return withCalendar(ctx, { userId, timeoutMs: SPOKEN_REQUEST_TIMEOUT_MS }, async (calendar) => {
    conversation.timeZone ??= (await calendar.list({ timeMin: ctx.now(), maxResults: 1 })).timeZone;
    return work({ ...calendar, timeZone: conversation.timeZone, assertTimeToChange });
  });
}

function tooLate(): AppError {
  return new AppError("provider_unavailable", "Google Calendar is slow: nothing was changed. Try again.");
}
