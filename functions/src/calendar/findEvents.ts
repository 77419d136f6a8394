import type { Ctx } from "../core/ctx";
import { type AssistantCalendar, whileSpeaking } from "./assistantCalendar";
import { MAX_TOLD_EVENTS } from "./limits";
import { assertSearchable } from "./searchedSpan";
import { type ToldEvent, toldEvent } from "./toldEvent";
import { momentOf } from "./zonedTime";

/** The events between two times, at most 50. 1 read, 1 request to Google. @throws AppError */
export async function findEvents(
  ctx: Ctx,
  calendar: AssistantCalendar,
  { from, to }: { from: string; to: string },
): Promise<{ time_zone: string; events: ToldEvent[]; more: boolean }> {
  return whileSpeaking(ctx, calendar, async (google) => {
    const { timeZone } = google;
    const span = { start: momentOf(from, timeZone, "from"), end: momentOf(to, timeZone, "to") };
    assertSearchable(span);
    const { events, nextPageToken } = await google.list({
      timeMin: span.start,
      timeMax: span.end,
      maxResults: MAX_TOLD_EVENTS,
    });
    return {
      time_zone: timeZone,
      events: events.map((event) => toldEvent(event, timeZone)),
      more: nextPageToken !== undefined,
    };
  });
}
