import { newEventId } from "../ids.js";
import type { Calendar } from "./calendar.js";
import type { StoredEvent } from "./event.js";
import type { EventInput } from "./eventSchema.js";
import { parseEvent } from "./parseEvent.js";
import { badRequest, refuse } from "./refusals.js";

/** What a client may choose: https://developers.google.com/workspace/calendar/api/v3/reference/events#id */
const EVENT_ID = /^[a-v0-9]{5,1024}$/;

/** An event as it is first stored. @throws Refused */
export function newEvent(calendar: Calendar, input: EventInput, now: number): StoredEvent {
  const id = input.id ?? newEventId();
  if (!EVENT_ID.test(id)) return badRequest("Invalid resource id value.", "invalid");
  if (calendar.get(id)) {
    return refuse(409, { message: "The requested identifier already exists.", reason: "duplicate" });
  }
  return {
    id,
    etag: "",
    created: now,
    updated: now,
    iCalUID: input.iCalUID ?? `${id}@google.com`,
    sequence: 0,
    instance: undefined,
    ...parseEvent(input, calendar.timeZone),
  };
}
