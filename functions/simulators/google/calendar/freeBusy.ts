import { z } from "zod";
import type { Answer } from "../api.js";
import { parseInstant } from "../time/rfc3339.js";
import { formatInZone, isTimeZone } from "../time/zones.js";
import type { Calendar } from "./calendar.js";
import { bodyOf, type CalendarRequest } from "./calendarRequest.js";
import type { StoredEvent } from "./event.js";
import { instantOf } from "./eventTime.js";
import { singleEvents } from "./findEvents.js";
import { type Span, spanOf } from "./instances.js";
import { badRequest, refuse, timeRangeEmpty } from "./refusals.js";

const CALENDARS_MAX = 50;

const querySchema = z.object({
  timeMin: z.string(),
  timeMax: z.string(),
  timeZone: z.string().default("UTC"),
  items: z.array(z.object({ id: z.string() })).default([]),
});

/** When calendars are busy: https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query @throws Refused */
export function queryFreeBusy(request: CalendarRequest): Answer {
  const query = querySchema.safeParse(bodyOf(request));
  if (!query.success) return badRequest("Required", "required");
  const { timeMin, timeMax, timeZone, items } = query.data;
  const span = readSpan(timeMin, timeMax, request.world.now());
  if (!isTimeZone(timeZone)) return badRequest("Invalid value for: timeZone", "invalid");
  if (items.length > CALENDARS_MAX) {
    return refuse(400, {
      message: "The number of calendars requested is too large for a single query.",
      reason: "tooManyCalendarsRequested",
      domain: "calendar",
    });
  }
  const calendars = items.map(({ id }) => [id, busyIn(request.account.calendar(id), span, timeZone)]);
  return {
    status: 200,
    json: {
      kind: "calendar#freeBusy",
      timeMin: new Date(span.from).toISOString(),
      timeMax: new Date(span.to).toISOString(),
      calendars: Object.fromEntries(calendars),
    },
  };
}

function readSpan(timeMin: string, timeMax: string, now: number): Span {
  const from = parseInstant(timeMin) ?? badRequest("Bad Request");
  const to = parseInstant(timeMax) ?? badRequest("Bad Request");
  return to > from ? spanOf(from, to, now) : timeRangeEmpty();
}

function busyIn(calendar: Calendar | undefined, span: Span, zone: string) {
  if (!calendar) return { errors: [{ domain: "global", reason: "notFound" }], busy: [] };
  const busy = singleEvents(calendar, span, calendar.timeZone)
    .filter((event) => isBusy(event, calendar.ownerEmail))
    .map(({ start, end }) => ({
      from: Math.max(instantOf(start, calendar.timeZone), span.from),
      to: Math.min(instantOf(end, calendar.timeZone), span.to),
    }));
  return {
    busy: joined(busy).map(({ from, to }) => ({
      start: formatInZone(from, zone),
      end: formatInZone(to, zone),
    })),
  };
}

function isBusy({ status, fields }: StoredEvent, ownerEmail: string): boolean {
  const own = fields.attendees?.find(({ email }) => email === ownerEmail);
  return (
    status !== "cancelled" && fields.transparency !== "transparent" && own?.responseStatus !== "declined"
  );
}

/** The same times in order, those that overlap or touch as one. */
function joined(times: { from: number; to: number }[]): { from: number; to: number }[] {
  const inOrder = times.filter(({ from, to }) => to > from).sort((a, b) => a.from - b.from);
  const joint: { from: number; to: number }[] = [];
  for (const { from, to } of inOrder) {
    const last = joint.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else joint.push({ from, to });
  }
  return joint;
}
