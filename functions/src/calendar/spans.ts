import type { CalendarEvent } from "../providers/googleCalendar";
import { startOfDate } from "./zonedTime";

/** From one moment to another; the end is not part of it. */
export interface Span {
  start: Date;
  end: Date;
}

/** When an event takes place. @param timeZone where its days are those that it names */
export function spanOf({ start, end }: Pick<CalendarEvent, "start" | "end">, timeZone: string): Span {
  const moment = (time: CalendarEvent["start"]) =>
    "date" in time ? startOfDate(time.date, timeZone) : new Date(time.dateTime);
  return { start: moment(start), end: moment(end) };
}

export function overlap(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

/** What of `whole` none of `taken` covers, in order. */
export function gapsIn(whole: Span, taken: readonly Span[]): Span[] {
  const gaps: Span[] = [];
  let from = whole.start;
  for (const { start, end } of [...taken].sort((a, b) => a.start.getTime() - b.start.getTime())) {
    if (start > from) gaps.push({ start: from, end: start < whole.end ? start : whole.end });
    if (end > from) from = end;
    if (from >= whole.end) return gaps;
  }
  return [...gaps, { start: from, end: whole.end }];
}

/** Whether an event takes place just then. */
export function isAt(
  event: Pick<CalendarEvent, "start" | "end">,
  { start, end }: Span,
  timeZone: string,
): boolean {
  const own = spanOf(event, timeZone);
  return own.start.getTime() === start.getTime() && own.end.getTime() === end.getTime();
}
