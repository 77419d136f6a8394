import type { Account } from "../accounts.js";
import type { ApiRequest } from "../api.js";
import type { Calendar } from "./calendar.js";
import { badRequest, notFound, refuse } from "./refusals.js";

/** A request to the calendars, by someone who may make it. */
export interface CalendarRequest extends ApiRequest {
  account: Account;
}

/** The calendar that a path names first. @throws Refused */
export function calendarOf({ account, ids: [id = ""] }: CalendarRequest): Calendar {
  return account.calendar(id) ?? notFound();
}

/** The same, to be written to. @throws Refused */
export function writableCalendarOf(request: CalendarRequest): Calendar {
  const calendar = calendarOf(request);
  if (calendar.accessRole !== "reader") return calendar;
  return refuse(403, {
    message: "You need to have writer access to this calendar.",
    reason: "requiredAccessLevel",
    domain: "calendar",
  });
}

/** The body. @throws Refused for what is no JSON */
export function bodyOf({ text }: CalendarRequest): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return badRequest("Parse Error", "parseError");
  }
}
