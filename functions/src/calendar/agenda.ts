import type { Ctx } from "../core/ctx";
import type { GoogleCalendar } from "../providers/googleCalendar";
import { BRIEFED_DAYS, MAX_TOLD_EVENTS, SPOKEN_REQUEST_TIMEOUT_MS } from "./limits";
import { type ToldEvent, toldEvent } from "./toldEvent";
import { withCalendar } from "./withCalendar";
import { startOfDate, startOfDay } from "./zonedTime";

/** What an assistant knows of a calendar at the beginning. */
export interface Agenda {
  timeZone: string;
  events: ToldEvent[];
  /** There are more than it is told of. */
  more: boolean;
}

/**
 * The events of today, from now on, and of the two days after it, in the calendar's own time zone. 1 read, 1 request to
 * Google.
 * @throws AppError not_found where none is connected, provider_unavailable, provider_failed
 */
export async function agendaOf(ctx: Ctx, userId: string): Promise<Agenda> {
  const now = ctx.now();
  const { events, timeZone, nextPageToken } = await withCalendar(
    ctx,
    { userId, timeoutMs: SPOKEN_REQUEST_TIMEOUT_MS },
    (calendar) => askAhead(calendar, now),
  );
  const until = startOfDay(now, timeZone, BRIEFED_DAYS);
  const within = events.filter(
    ({ start }) => ("date" in start ? startOfDate(start.date, timeZone) : new Date(start.dateTime)) < until,
  );
  const more = nextPageToken !== undefined;
  return { timeZone, events: within.map((event) => toldEvent(event, timeZone)), more };
}

/** Where a day begins is known only with the answer: a day more is asked for. */
function askAhead(calendar: GoogleCalendar, now: Date) {
  const timeMax = new Date(now.getTime() + (BRIEFED_DAYS + 1) * 24 * 60 * 60 * 1_000);
  return calendar.list({ timeMin: now, timeMax, maxResults: MAX_TOLD_EVENTS });
}
