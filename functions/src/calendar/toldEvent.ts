import type { CalendarEvent } from "../providers/googleCalendar";
import { MAX_TOLD_CHARACTERS } from "./limits";
import { localTime } from "./zonedTime";

/** An event as an assistant is told of it. */
export interface ToldEvent {
  id: string;
  summary: string;
  /** In the calendar's time zone, with its offset; of a whole day its date. */
  start: string;
  end: string;
  location?: string;
  description?: string;
  /** It takes up no time. */
  free?: true;
}

/** Of texts so much that none crowds out the others: people write what they like into events. */
export function toldEvent(event: CalendarEvent, timeZone: string): ToldEvent {
  const { id, summary = "(no title)", location, description, isBusy } = event;
  const time = (at: CalendarEvent["start"]) =>
    "date" in at ? at.date : localTime(new Date(at.dateTime), timeZone);
  return {
    id,
    summary: shortened(summary),
    start: time(event.start),
    end: time(event.end),
    ...(location ? { location: shortened(location) } : {}),
    ...(description ? { description: shortened(description) } : {}),
    ...(isBusy ? {} : { free: true as const }),
  };
}

function shortened(text: string): string {
  const whole = text.toWellFormed();
  return whole.length > MAX_TOLD_CHARACTERS
    ? `${whole.slice(0, MAX_TOLD_CHARACTERS).toWellFormed()}…`
    : whole;
}
