import type { Answer } from "../api.js";
import type { Calendar } from "./calendar.js";
import { type CalendarRequest, calendarOf } from "./calendarRequest.js";
import type { StoredEvent } from "./event.js";
import { eventResource } from "./eventResource.js";
import { findEvents, isWithin } from "./findEvents.js";
import { findEvent, instancesOf, isMaster } from "./instances.js";
import { readListQuery } from "./listQuery.js";
import { pageOf } from "./paging.js";
import { zoneParam } from "./queryParams.js";
import { notFound } from "./refusals.js";

/** One page of a calendar's events. @throws Refused */
export function listEvents(request: CalendarRequest): Answer {
  const calendar = calendarOf(request);
  const query = readListQuery(request.query, request.world.now());
  return sendPage(request, calendar, findEvents(calendar, query));
}

/** One page of a recurring event's instances. @throws Refused */
export function listInstances(request: CalendarRequest): Answer {
  const calendar = calendarOf(request);
  const master = calendar.get(request.ids[1] ?? "");
  if (!master || !isMaster(master)) return notFound();
  const {
    span,
    showDeleted,
    timeZone = calendar.timeZone,
  } = readListQuery(request.query, request.world.now());
  const instances = instancesOf(master, calendar.exceptions().get(master.id) ?? [], span).filter(
    (event) => isWithin(event, span, timeZone) && (showDeleted || event.status !== "cancelled"),
  );
  return sendPage(request, calendar, instances);
}

/** An event, deleted or not; 304 when the client has it already. @throws Refused */
export function getEvent(request: CalendarRequest): Answer {
  const calendar = calendarOf(request);
  const event = findEvent(calendar, request.ids[1] ?? "") ?? notFound();
  const headers = { ETag: event.etag };
  if (request.headers["if-none-match"] === event.etag) return { status: 304, headers };
  const zone = zoneParam(request.query, "timeZone") ?? calendar.timeZone;
  return { status: 200, headers, json: eventResource(event, calendar, zone) };
}

function sendPage(request: CalendarRequest, calendar: Calendar, events: StoredEvent[]): Answer {
  const { query, account } = request;
  const { maxResults, timeZone = calendar.timeZone } = readListQuery(query, request.world.now());
  const { page, nextPageToken } = pageOf(events, Math.min(maxResults, account.pageSizeMax), query);
  return {
    status: 200,
    headers: { ETag: calendar.etag },
    json: {
      kind: "calendar#events",
      etag: calendar.etag,
      summary: calendar.summary,
      description: "",
      updated: new Date(calendar.updated).toISOString(),
      timeZone,
      accessRole: calendar.accessRole,
      defaultReminders: [{ method: "popup", minutes: 10 }],
      ...(nextPageToken && { nextPageToken }),
      items: page.map((event) => eventResource(event, calendar, timeZone)),
    },
  };
}
