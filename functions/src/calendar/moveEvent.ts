import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { type AssistantCalendar, whileSpeaking } from "./assistantCalendar";
import { assertBookable } from "./bookEvent";
import { type Booking, busyIn, conflict } from "./bookedEvent";
import { noSuchEvent } from "./noSuchEvent";
import { isAt } from "./spans";
import { toldEvent } from "./toldEvent";
import { localTime, momentOf } from "./zonedTime";

/**
 * Moves an event, unless something else takes up the new time, or the event was changed meanwhile; one of a series is
 * moved alone. What is moved has been read back from Google. 1 read, 5 requests to Google, of which two at a time look.
 * @throws AppError invalid_argument, not_found, conflict; provider_unavailable, after which asking again is safe: where
 * Google is too slow for whoever waits, nothing is begun
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
    const look = async () => {
      const [event, busy] = await Promise.all([google.get(event_id), busyIn(google, span)]);
      return { event, others: busy.filter(({ id }) => id !== event_id) };
    };
    const { event, others: before } = await look();
    if (!event || event === "cancelled" || event.isSeries) throw noSuchEvent();
    if (before.length > 0) return conflict(before, timeZone);
    if (isAt(event, span, timeZone)) return { result: "booked", event: toldEvent(event, timeZone) };
    google.assertTimeToChange();
    const at = (moment: Date) => ({ dateTime: localTime(moment, timeZone), timeZone });
    const isMoved = await google.move(event, { start: at(span.start), end: at(span.end) });
    if (!isMoved) throw changedMeanwhile();
    const { event: moved, others: after } = await look();
    if (!moved || moved === "cancelled" || !isAt(moved, span, timeZone)) {
      throw new AppError(
        "provider_unavailable",
        "It is not known whether it was moved: look before you say so.",
      );
    }
    if (after.length === 0) return { result: "booked", event: toldEvent(moved, timeZone) };
    // Somebody was there at the same moment: back to where it was.
    if (!(await google.move(moved, event))) throw changedMeanwhile();
    return conflict(after, timeZone);
  });
}

function changedMeanwhile(): AppError {
  return new AppError("conflict", "The event was changed meanwhile: look at it again.");
}
