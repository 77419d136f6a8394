import type { Calendar } from "./calendar.js";
import type { EventFields, StoredEvent } from "./event.js";
import { instantOf } from "./eventTime.js";
import { instancesOf, isMaster, type Span } from "./instances.js";
import type { ListQuery } from "./listQuery.js";

/** Every event that a list is asked for, in its order. */
export function findEvents(calendar: Calendar, query: ListQuery): StoredEvent[] {
  const found = candidates(calendar, query).filter(
    (event) => isShown(event, query, calendar) && isWanted(event, query, calendar),
  );
  return inOrder(found, query.orderBy, query.timeZone ?? calendar.timeZone);
}

/** What of a calendar takes time in a span, cancelled events too, recurring ones as their instances. */
export function singleEvents(calendar: Calendar, span: Span, zone: string): StoredEvent[] {
  const exceptions = calendar.exceptions();
  return calendar
    .events()
    .filter((event) => event.instance === undefined)
    .flatMap((event) =>
      isMaster(event) ? instancesOf(event, exceptions.get(event.id) ?? [], span) : [event],
    )
    .filter((event) => isWithin(event, span, zone));
}

function candidates(
  calendar: Calendar,
  { span, singleEvents: isSingle, timeZone }: ListQuery,
): StoredEvent[] {
  const zone = timeZone ?? calendar.timeZone;
  if (isSingle) return singleEvents(calendar, span, zone);
  const exceptions = calendar.exceptions();
  return calendar.events().filter((event) => {
    if (!isMaster(event)) return isWithin(event, span, zone);
    const instances = instancesOf(event, exceptions.get(event.id) ?? [], span);
    return instances.some((instance) => isWithin(instance, span, zone));
  });
}

/** Whether an event takes time in a span; its days are those of `zone`. */
export function isWithin({ start, end }: StoredEvent, { from, to }: Span, zone: string): boolean {
  return instantOf(end, zone) > from && instantOf(start, zone) < to;
}

/** Cancelled instances are shown unasked, so that who expands a recurring event by its rule knows of them. */
function isShown({ status, instance }: StoredEvent, query: ListQuery, calendar: Calendar): boolean {
  if (status !== "cancelled" || query.showDeleted) return true;
  if (instance === undefined || query.singleEvents) return false;
  return calendar.get(instance.of)?.status !== "cancelled";
}

function isWanted(event: StoredEvent, query: ListQuery, calendar: Calendar): boolean {
  const { fields, iCalUID, updated } = event;
  const properties = fields.extendedProperties;
  return (
    (query.iCalUID === null || query.iCalUID === iCalUID) &&
    (query.updatedMin === undefined || updated >= query.updatedMin) &&
    query.privateProperties.every(([name, value]) => properties?.private?.[name] === value) &&
    query.sharedProperties.every(([name, value]) => properties?.shared?.[name] === value) &&
    hasWords(fields, calendar.ownerEmail, query.words)
  );
}

function hasWords(fields: EventFields, ownerEmail: string, words: string[]): boolean {
  const { summary, description, location, attendees = [] } = fields;
  const people = attendees.flatMap(({ email, displayName }) => [email, displayName]);
  const text = [summary, description, location, ownerEmail, ...people].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}

function inOrder(events: StoredEvent[], orderBy: ListQuery["orderBy"], zone: string): StoredEvent[] {
  if (orderBy === undefined) return events;
  const keys = new Map(
    events.map((event) => [event, orderBy === "updated" ? event.updated : instantOf(event.start, zone)]),
  );
  return events.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}
