import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { type AssistantCalendar, whileSpeaking } from "./assistantCalendar";
import { assertBookable } from "./bookEvent";
import { type Booking, busyIn, conflict } from "./bookedEvent";
import { noSuchEvent } from "./noSuchEvent";
import { spanOf } from "./spans";
import { toldEvent } from "./toldEvent";
import { localTime, momentOf } from "./zonedTime";

/**
 * Moves an event, unless something else takes up the new time, or the event was changed meanwhile; one of a series is
 * moved alone. What is moved has been read back from Google. 1 read, 4 requests to Google.
 * @throws AppError invalid_argument, not_found, conflict, provider_unavailable, after which asking again is safe
 */
export async function moveEvent(
  ctx: Ctx,
  calendar: AssistantCalendar,
  { event_id, start, end }: { event_id: string; start: string; end: string },
): Promise<Booking> {
  return whileSpeaking(ctx, calendar, async (google) => {
    const { timeZone } = google;
    const span = { start: momentOf(start, timeZone, "start"), end: momentOf(end, timeZone, "end") };
    assertBookable(ctx, span);
    const event = await google.get(event_id);
    if (!event || event.isCancelled) throw noSuchEvent();
    const others = (await busyIn(google, span)).filter(({ id }) => id !== event_id);
    if (others.length > 0) return conflict(others, timeZone);
    const at = (moment: Date) => ({ dateTime: localTime(moment, timeZone), timeZone });
    const isMoved = await google.move(event, { start: at(span.start), end: at(span.end) });
    if (!isMoved) throw new AppError("conflict", "The event was changed meanwhile: look at it again.");
    const now = await google.get(event_id);
    const isThere = now && spanOf(now, timeZone).start.getTime() === span.start.getTime();
    if (!isThere) {
      throw new AppError(
        "provider_unavailable",
        "It is not known whether it was moved: look before you say so.",
      );
    }
    return { result: "booked", event: toldEvent(now, timeZone) };
  });
}
