import type { Calendar } from "./calendar.js";
import type { StoredEvent } from "./event.js";
import { timeResource } from "./eventTime.js";

export type EventResource = ReturnType<typeof eventResource>;

/** https://developers.google.com/workspace/calendar/api/v3/reference/events#resource, with times in `zone` */
export function eventResource(event: StoredEvent, calendar: Calendar, zone: string) {
  const { id, etag, status, fields, instance } = event;
  const original = instance && {
    recurringEventId: instance.of,
    originalStartTime: timeResource(instance.originalStart, zone),
  };
  const head = { kind: "calendar#event" as const, etag, id, status };
  // Of a cancelled instance nothing else is certain to be there.
  if (status === "cancelled" && original) return { ...head, ...original };
  const owner = { email: calendar.ownerEmail, self: true };
  return {
    ...head,
    htmlLink: htmlLink(id, calendar.id),
    created: new Date(event.created).toISOString(),
    updated: new Date(event.updated).toISOString(),
    creator: owner,
    organizer: owner,
    ...fields,
    ...(fields.attendees && { attendees: fields.attendees.map((one) => markSelf(one, calendar.ownerEmail)) }),
    start: timeResource(event.start, zone),
    end: timeResource(event.end, zone),
    ...(event.recurrence && { recurrence: event.recurrence.lines }),
    ...original,
    iCalUID: event.iCalUID,
    sequence: event.sequence,
    reminders: fields.reminders ?? { useDefault: true },
    eventType: "default" as const,
  };
}

function markSelf<T extends { email: string }>(attendee: T, ownerEmail: string): T & { self?: true } {
  return attendee.email === ownerEmail ? { ...attendee, self: true } : attendee;
}

function htmlLink(id: string, calendarId: string): string {
  const eid = Buffer.from(`${id} ${calendarId}`).toString("base64url");
  return `https://www.google.com/calendar/event?eid=${eid}`;
}
