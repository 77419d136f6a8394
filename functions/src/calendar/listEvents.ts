import { z } from "zod";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import type { CalendarEvent, EventTime } from "../providers/googleCalendar";
import { REQUEST_TIMEOUT_MS } from "./limits";
import type { Event, ListEventsInput, ListEventsOutput } from "./schemas";
import { withCalendar } from "./withCalendar";

/** Google's own cursor holds only for the question that it was given for. */
const cursorSchema = z.strictObject({
  pageToken: z.string().min(1),
  timeMin: z.iso.datetime(),
  timeMax: z.iso.datetime().optional(),
});
type Cursor = z.output<typeof cursorSchema>;

/**
 * The caller's events, the next first, each instance of those that recur. 1 read and 1 request to Google while the access
 * token is fresh.
 * @throws AppError not_found where no calendar is connected, invalid_argument for a cursor that is none,
 * provider_unavailable, provider_failed
 */
export async function listEvents(ctx: Ctx, input: ListEventsInput): Promise<ListEventsOutput> {
  const { uid: userId } = requireCaller(ctx);
  const cursor = input.cursor === undefined ? undefined : parseCursor(input.cursor);
  const timeMin = new Date(cursor?.timeMin ?? input.time_min ?? ctx.now());
  const timeMax = dateOf(cursor ? cursor.timeMax : input.time_max);
  if (timeMax && timeMax <= timeMin) {
    throw wrong("time_max", "must be later than time_min, which is now where it is not given");
  }
  const pageToken = cursor?.pageToken;
  const query = { timeMin, timeMax, pageToken, maxResults: input.max_results };
  const page = await withCalendar(ctx, { userId, timeoutMs: REQUEST_TIMEOUT_MS }, (calendar) =>
    calendar.list(query),
  ).catch((error: unknown) => {
    const isCursors = cursor && error instanceof AppError && error.code === "provider_failed";
    throw isCursors ? invalidCursor() : error;
  });
  return {
    events: page.events.map((one) => toEvent(one, page.timeZone)),
    ...(page.nextPageToken === undefined
      ? {}
      : { nextCursor: writeCursor({ pageToken: page.nextPageToken, timeMin, timeMax }) }),
  };
}

/** @param timeZone the calendar's */
export function toEvent(one: CalendarEvent, timeZone: string): Event {
  const { id, summary = "", location = null, description = null, start, end } = one;
  return {
    id,
    summary,
    start: shown(start),
    end: shown(end),
    location,
    description,
    all_day: "date" in start,
    time_zone: ("dateTime" in start ? start.timeZone : undefined) ?? timeZone,
  };
}

function shown(time: EventTime): string {
  return "date" in time ? time.date : new Date(time.dateTime).toISOString().replace(".000Z", "Z");
}

function dateOf(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}

function writeCursor({
  pageToken,
  timeMin,
  timeMax,
}: {
  pageToken: string;
  timeMin: Date;
  timeMax?: Date;
}): string {
  const cursor: Cursor = {
    pageToken,
    timeMin: timeMin.toISOString(),
    ...(timeMax ? { timeMax: timeMax.toISOString() } : {}),
  };
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

function parseCursor(written: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(written, "base64url").toString()));
  } catch {
    throw invalidCursor();
  }
}

function invalidCursor(): AppError {
  return wrong("cursor", "is not one that was given out");
}

function wrong(field: string, problem: string): AppError {
  return new AppError("invalid_argument", `${field}: ${problem}`, { details: { field } });
}
