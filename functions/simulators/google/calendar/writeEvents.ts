import type { Answer } from "../api.js";
import type { Calendar } from "./calendar.js";
import { bodyOf, type CalendarRequest, writableCalendarOf } from "./calendarRequest.js";
import type { StoredEvent } from "./event.js";
import { eventResource } from "./eventResource.js";
import { type EventInput, readEventBody } from "./eventSchema.js";
import { timeResource } from "./eventTime.js";
import { findEvent } from "./instances.js";
import { mergePatch } from "./mergePatch.js";
import { newEvent } from "./newEvent.js";
import { parseEvent } from "./parseEvent.js";
import { notFound, refuse } from "./refusals.js";

/** @throws Refused, for an id that was ever used in the calendar too, deleted or not */
export function insertEvent(request: CalendarRequest): Answer {
  const calendar = writableCalendarOf(request);
  const event = newEvent(calendar, readEventBody(bodyOf(request)), request.world.now());
  return send(calendar, calendar.put(event, request.world.now()));
}

/** Replaces an event whole. @throws Refused */
export function updateEvent(request: CalendarRequest): Answer {
  const { calendar, event } = writableEventOf(request);
  return change(request, calendar, event, readEventBody(bodyOf(request)));
}

/** Changes what is given, takes away what is given as null, and leaves the rest. @throws Refused */
export function patchEvent(request: CalendarRequest): Answer {
  const { calendar, event } = writableEventOf(request);
  const merged = mergePatch(writablePart(event, calendar), bodyOf(request));
  return change(request, calendar, event, readEventBody(merged));
}

/** Cancels an event, a recurring one with all its instances. @throws Refused */
export function deleteEvent(request: CalendarRequest): Answer {
  const { calendar, event } = writableEventOf(request);
  if (event.status === "cancelled") {
    return refuse(410, { message: "Resource has been deleted", reason: "deleted" });
  }
  const now = request.world.now();
  calendar.put({ ...event, status: "cancelled" }, now);
  for (const exception of calendar.exceptions().get(event.id) ?? []) {
    calendar.put({ ...exception, status: "cancelled" }, now);
  }
  return { status: 204 };
}

/** The event that a path names, as the client last saw it where it says so. @throws Refused */
function writableEventOf(request: CalendarRequest): { calendar: Calendar; event: StoredEvent } {
  const calendar = writableCalendarOf(request);
  const event = findEvent(calendar, request.ids[1] ?? "") ?? notFound();
  const seen = request.headers["if-match"];
  if (seen === undefined || seen === "*" || seen === event.etag) return { calendar, event };
  return refuse(412, {
    message: "Precondition Failed",
    reason: "conditionNotMet",
    location: { type: "header", name: "If-Match" },
  });
}

function change(request: CalendarRequest, calendar: Calendar, event: StoredEvent, input: EventInput): Answer {
  const read = parseEvent(input, calendar.timeZone);
  const isMoved =
    JSON.stringify([read.start, read.end, read.recurrence?.lines]) !==
    JSON.stringify([event.start, event.end, event.recurrence?.lines]);
  const changed: StoredEvent = {
    ...event,
    ...read,
    recurrence: event.instance ? undefined : read.recurrence,
    sequence: event.sequence + (isMoved ? 1 : 0),
  };
  return send(calendar, calendar.put(changed, request.world.now()));
}

/** An event as a client would write it, for a patch to be laid over. */
function writablePart({ status, start, end, recurrence, fields }: StoredEvent, { timeZone }: Calendar) {
  return {
    ...fields,
    status,
    start: timeResource(start, timeZone),
    end: timeResource(end, timeZone),
    ...(recurrence && { recurrence: recurrence.lines }),
  };
}

function send(calendar: Calendar, event: StoredEvent): Answer {
  return {
    status: 200,
    headers: { ETag: event.etag },
    json: eventResource(event, calendar, calendar.timeZone),
  };
}
