import { DAY_MS, type Day, formatDate } from "../time/civil.js";
import { epochOf, formatInZone } from "../time/zones.js";

/** Where an event starts or ends: a day, or an instant. */
export type EventTime = { day: Day } | { epochMs: number; timeZone: string };

export function isAllDay(time: EventTime): time is { day: Day } {
  return "day" in time;
}

/** When it is; days begin at midnight in `zone`. */
export function instantOf(time: EventTime, zone: string): number {
  return isAllDay(time) ? epochOf(time.day * DAY_MS, zone) : time.epochMs;
}

/** As the API writes it, in `zone`. */
export function timeResource(time: EventTime, zone: string) {
  if (isAllDay(time)) return { date: formatDate(time.day) };
  return { dateTime: formatInZone(time.epochMs, zone), timeZone: time.timeZone };
}
