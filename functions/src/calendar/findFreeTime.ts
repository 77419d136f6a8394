import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { type AssistantCalendar, whileSpeaking } from "./assistantCalendar";
import { everyEvent } from "./everyEvent";
import { MAX_FREE_TIMES } from "./limits";
import { assertSearchable } from "./searchedSpan";
import { gapsIn, type Span, spanOf } from "./spans";
import { localTime, momentOf, startOfDay, timeOfDay } from "./zonedTime";

/** When free time is looked for. */
export interface WantedTime {
  from: string;
  to: string;
  minutes: number;
  /** Of each day, `09:00`. */
  earliest: string;
  latest: string;
}

/**
 * The gaps of at least so many minutes between the busy events, within hours of each day and not in the past; at most 20.
 * 1 read, 1 request to Google.
 * @throws AppError; invalid_argument also for what is past
 */
export async function findFreeTime(
  ctx: Ctx,
  calendar: AssistantCalendar,
  wanted: WantedTime,
): Promise<{ time_zone: string; free: { start: string; end: string }[] }> {
  return whileSpeaking(ctx, calendar, async (google) => {
    const { timeZone } = google;
    const span = { start: momentOf(wanted.from, timeZone, "from"), end: momentOf(wanted.to, timeZone, "to") };
    assertSearchable(span);
    if (span.end <= ctx.now()) throw past();
    const searched = { start: latest(span.start, ctx.now()), end: span.end };
    const events = await everyEvent(google, searched);
    const taken = events.filter(({ isBusy }) => isBusy).map((event) => spanOf(event, timeZone));
    const free = daysOf(searched, timeZone, wanted)
      .flatMap((day) => gapsIn(day, taken))
      .filter(({ start, end }) => end.getTime() - start.getTime() >= wanted.minutes * 60_000);
    return {
      time_zone: timeZone,
      free: free.slice(0, MAX_FREE_TIMES).map(({ start, end }) => ({
        start: localTime(start, timeZone),
        end: localTime(end, timeZone),
      })),
    };
  });
}

function past(): AppError {
  const safeMessage =
    "to: this time is past, and free time is looked for from now on: list the events to tell what was then.";
  return new AppError("invalid_argument", safeMessage, { details: { field: "to" } });
}

/** The hours that are asked for, of each day in a span. */
function daysOf(span: Span, timeZone: string, { earliest, latest: until }: WantedTime): Span[] {
  const days: Span[] = [];
  for (let day = startOfDay(span.start, timeZone); day < span.end; day = startOfDay(day, timeZone, 1)) {
    const start = latest(span.start, timeOfDay(day, timeZone, earliest));
    const end = earliestOf(span.end, timeOfDay(day, timeZone, until));
    if (start < end) days.push({ start, end });
  }
  return days;
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

function earliestOf(a: Date, b: Date): Date {
  return a < b ? a : b;
}
