import { basicInstant } from "../recurrence/basicTimes.js";
import { isEndless, occurrencesOf, type Series } from "../recurrence/series.js";
import { DAY_MS, formatDate } from "../time/civil.js";
import { epochOf } from "../time/zones.js";
import type { Calendar } from "./calendar.js";
import type { StoredEvent } from "./event.js";
import { type EventTime, isAllDay } from "./eventTime.js";

/** From when and until when, in milliseconds since the epoch; infinite where nothing is asked for. */
export interface Span {
  from: number;
  to: number;
  /** Until when an endless series is shown where no end is asked for. */
  horizon: number;
}

const ENDLESS_MS = 2 * 366 * DAY_MS;
/** Room for every zone's offset, and for a day that begins elsewhere. */
const MARGIN_MS = 2 * DAY_MS;

export function spanOf(from: number | undefined, to: number | undefined, now: number): Span {
  return {
    from: from ?? Number.NEGATIVE_INFINITY,
    to: to ?? Number.POSITIVE_INFINITY,
    horizon: Math.max(from ?? now, now) + ENDLESS_MS,
  };
}

type Master = StoredEvent & { recurrence: NonNullable<StoredEvent["recurrence"]> };

export function isMaster(event: StoredEvent): event is Master {
  return event.recurrence !== undefined;
}

/**
 * The instances of a recurring event in and around a span, those that were changed or cancelled in their places.
 * @param exceptions those that were changed or cancelled
 */
export function instancesOf(master: Master, exceptions: StoredEvent[], span: Span): StoredEvent[] {
  const { series } = master.recurrence;
  const changed = new Map(exceptions.map((event) => [event.id, event]));
  const from = span.from - lengthOf(master) - MARGIN_MS;
  const to = (isEndless(series) ? Math.min(span.to, span.horizon) : span.to) + MARGIN_MS;
  const instances = occurrencesOf(series, from, to).map((localMs) => instanceAt(master, localMs));
  const planned = new Set(instances.map(({ id }) => id));
  // One that was moved may lie in the span though its place in the rule does not.
  const moved = exceptions.filter(({ id }) => !planned.has(id));
  return [...instances.map((one) => changed.get(one.id) ?? one), ...moved];
}

/** An event by its id: a stored one, or an instance of a recurring one that no one has changed yet. */
export function findEvent(calendar: Calendar, id: string): StoredEvent | undefined {
  const stored = calendar.get(id);
  if (stored) return stored;
  const [, masterId = "", time = ""] = /^(.+)_(\d{8}(?:T\d{6}Z)?)$/.exec(id) ?? [];
  const master = calendar.get(masterId);
  if (!master || !isMaster(master)) return undefined;
  const day = Date.parse(`${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T00:00:00Z`);
  if (Number.isNaN(day)) return undefined;
  const near = occurrencesOf(master.recurrence.series, day - MARGIN_MS, day + MARGIN_MS);
  return near.map((localMs) => instanceAt(master, localMs)).find((one) => one.id === id);
}

function instanceAt(master: Master, localMs: number): StoredEvent {
  const { series } = master.recurrence;
  const start = timeOf(series, localMs);
  const end: EventTime = isAllDay(start)
    ? { day: start.day + lengthOf(master) / DAY_MS }
    : { ...start, epochMs: start.epochMs + lengthOf(master) };
  const suffix = isAllDay(start) ? formatDate(start.day).replaceAll("-", "") : basicInstant(start.epochMs);
  return {
    ...master,
    id: `${master.id}_${suffix}`,
    start,
    end,
    recurrence: undefined,
    instance: { of: master.id, originalStart: start },
  };
}

function timeOf({ zone }: Series, localMs: number): EventTime {
  if (zone === undefined) return { day: localMs / DAY_MS };
  return { epochMs: epochOf(localMs, zone), timeZone: zone };
}

function lengthOf({ start, end }: StoredEvent): number {
  if (isAllDay(start)) return isAllDay(end) ? (end.day - start.day) * DAY_MS : 0;
  return isAllDay(end) ? 0 : end.epochMs - start.epochMs;
}
