import type { CalendarEvent, GoogleCalendar } from "../providers/googleCalendar";
import { unavailable } from "../providers/googleFailure";
import { MAX_SEARCHED_EVENTS, MAX_SEARCHED_PAGES } from "./limits";
import type { Span } from "./spans";

/**
 * Every event of a span, for a page of Google's may be shorter than what was asked for. A request a page.
 * @throws AppError provider_unavailable where there is no end of them: who does not know all must not call a time free
 */
export async function everyEvent(calendar: GoogleCalendar, { start, end }: Span): Promise<CalendarEvent[]> {
  const events: CalendarEvent[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MAX_SEARCHED_PAGES; page += 1) {
    const query = { timeMin: start, timeMax: end, maxResults: MAX_SEARCHED_EVENTS };
    const found = await calendar.list({ ...query, ...(pageToken === undefined ? {} : { pageToken }) });
    events.push(...found.events);
    pageToken = found.nextPageToken;
    if (pageToken === undefined) return events;
  }
  throw unavailable(new Error("a calendar has more events than are looked through"));
}
