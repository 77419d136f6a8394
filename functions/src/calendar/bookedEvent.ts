import { createHash } from "node:crypto";
import type { CalendarEvent, EventFields } from "../providers/googleCalendar";
import type { ZonedCalendar } from "./assistantCalendar";
import { everyEvent } from "./everyEvent";
import { overlap, type Span, spanOf } from "./spans";
import { type ToldEvent, toldEvent } from "./toldEvent";

/** What came of a wish to book or move; the model may say that it is booked only of `booked`. */
export type Booking =
  | { result: "booked"; event: ToldEvent }
  | { result: "conflict"; reason: string; busy: ToldEvent[] };

/**
 * An id of Google's alphabet for what a conversation wants to book: asking again asks for the same event.
 * https://developers.google.com/workspace/calendar/api/v3/reference/events#id
 */
export function bookingId(conversation: string, fields: EventFields, attempt: number): string {
  const { summary, start, end } = fields;
  const digest = createHash("sha256").update(JSON.stringify([conversation, summary, start, end, attempt]));
  return `vb${BigInt(`0x${digest.digest("hex")}`).toString(32)}`;
}

/** The events that take up time of a span. */
export async function busyIn(calendar: ZonedCalendar, { start, end }: Span): Promise<CalendarEvent[]> {
  const events = await everyEvent(calendar, { start, end });
  return events.filter((event) => event.isBusy && overlap(spanOf(event, calendar.timeZone), { start, end }));
}

export function conflict(busy: readonly CalendarEvent[], timeZone: string): Booking {
  return {
    result: "conflict",
    reason: "Nothing was booked: at this time there is another event. Offer another time.",
    busy: busy.map((event) => toldEvent(event, timeZone)),
  };
}
