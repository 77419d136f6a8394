import { z } from "zod";
import { badRequest } from "./refusals.js";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const flag = z.boolean().nullish();
const properties = z.record(z.string(), z.string().nullable()).nullish();
const time = z
  .object({ date: z.string().nullish(), dateTime: z.string().nullish(), timeZone: z.string().nullish() })
  .nullish();
const attendee = z.object({
  email: z.string().min(1),
  displayName: z.string().optional(),
  responseStatus: z.enum(["needsAction", "declined", "tentative", "accepted"]).default("needsAction"),
  optional: z.boolean().optional(),
  comment: z.string().optional(),
});

/** What of an event a client may set; what else it sends is ignored, `conferenceData` too, as without its version. */
const eventSchema = z.object({
  id: text,
  iCalUID: text,
  status: z.enum(["confirmed", "tentative", "cancelled"]).nullish(),
  start: time,
  end: time,
  recurrence: z.array(z.string()).nullish(),
  summary: text,
  description: text,
  location: text,
  colorId: text,
  transparency: z.enum(["opaque", "transparent"]).nullish(),
  visibility: z.enum(["default", "public", "private", "confidential"]).nullish(),
  attendees: z.array(attendee).nullish(),
  extendedProperties: z.object({ private: properties, shared: properties }).nullish(),
  reminders: z.looseObject({}).nullish(),
  source: z.object({ title: z.string().optional(), url: z.url().optional() }).nullish(),
  guestsCanInviteOthers: flag,
  guestsCanModify: flag,
  guestsCanSeeOtherGuests: flag,
  anyoneCanAddSelf: flag,
});

export type EventInput = z.infer<typeof eventSchema>;
export type TimeInput = NonNullable<EventInput["start"]>;

/** Reads an event that a client sends. @throws Refused */
export function readEventBody(body: unknown): EventInput {
  const parsed = eventSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  return badRequest(`Invalid value for: ${parsed.error.issues[0]?.path.join(".")}`, "invalid");
}
