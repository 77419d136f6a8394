import { InvalidRecurrence } from "../recurrence/invalidRecurrence.js";
import { readSeries } from "../recurrence/series.js";
import { DAY_MS, parseDate } from "../time/civil.js";
import { parseDateTime } from "../time/rfc3339.js";
import { epochOf, isTimeZone, localOf } from "../time/zones.js";
import type { EventFields, StoredEvent } from "./event.js";
import type { EventInput, TimeInput } from "./eventSchema.js";
import { type EventTime, instantOf, isAllDay } from "./eventTime.js";
import { badRequest, timeRangeEmpty } from "./refusals.js";

/** What a client says of an event. */
export type ParsedEvent = Pick<StoredEvent, "status" | "start" | "end" | "recurrence" | "fields">;

/** Understands what a client sends, in a calendar of this zone. @throws Refused */
export function parseEvent(input: EventInput, calendarZone: string): ParsedEvent {
  const { id: _id, iCalUID: _uid, status, start: from, end: until, recurrence: lines, ...fields } = input;
  const isRecurring = lines !== null && lines !== undefined && lines.length > 0;
  const start = readTime("start", from, { calendarZone, needsZone: isRecurring });
  const end = readTime("end", until, { calendarZone, needsZone: isRecurring });
  if (isAllDay(start) !== isAllDay(end)) {
    return badRequest("Start and end times must either both be date or both be dateTime.", "invalid");
  }
  const lengthMs = instantOf(end, calendarZone) - instantOf(start, calendarZone);
  // An event may be of no length, but not of no day.
  if (lengthMs < 0 || (lengthMs === 0 && isAllDay(start))) return timeRangeEmpty();
  return {
    status: status ?? "confirmed",
    start,
    end,
    recurrence: isRecurring ? readRecurrence(lines, start) : undefined,
    fields: withoutNulls(fields) as EventFields,
  };
}

function readTime(
  which: "start" | "end",
  input: TimeInput | null | undefined,
  { calendarZone, needsZone }: { calendarZone: string; needsZone: boolean },
): EventTime {
  const { date, dateTime, timeZone } = input ?? {};
  if (!date && !dateTime) return badRequest(`Missing ${which} time.`, "required");
  if (date && dateTime) return badRequest(`Invalid ${which} time.`, "invalid");
  if (timeZone && !isTimeZone(timeZone)) {
    return badRequest(`Invalid time zone definition for ${which} time.`, "invalid");
  }
  if (date) {
    const day = parseDate(date);
    return day === undefined ? badRequest(`Invalid ${which} time.`, "invalid") : { day };
  }
  const written = parseDateTime(dateTime ?? "");
  if (!written) return badRequest(`Invalid ${which} time.`, "invalid");
  if (!timeZone && (needsZone || written.offsetMs === undefined)) {
    return badRequest(`Missing time zone definition for ${which} time.`, "required");
  }
  const zone = timeZone || calendarZone;
  const { localMs, offsetMs } = written;
  return { epochMs: offsetMs === undefined ? epochOf(localMs, zone) : localMs - offsetMs, timeZone: zone };
}

function readRecurrence(lines: string[], start: EventTime): StoredEvent["recurrence"] {
  const zone = isAllDay(start) ? undefined : start.timeZone;
  const startLocalMs = isAllDay(start) ? start.day * DAY_MS : localOf(start.epochMs, start.timeZone);
  try {
    return { lines, series: readSeries(lines, startLocalMs, zone) };
  } catch (error) {
    if (!(error instanceof InvalidRecurrence)) throw error;
    return badRequest("Invalid recurrence rule.", "invalid");
  }
}

/** Null is how a patch takes a value away, at any depth. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutNulls(one)]));
}
