import type { Answer } from "../api.js";
import type { Calendar } from "./calendar.js";
import { type CalendarRequest, calendarOf } from "./calendarRequest.js";
import { notFound } from "./refusals.js";

/** A calendar's name and time zone. @throws Refused */
export function getCalendar(request: CalendarRequest): Answer {
  const { id, summary, timeZone, etag } = calendarOf(request);
  return { status: 200, json: { kind: "calendar#calendar", etag, id, summary, timeZone } };
}

/** The calendars that an account sees, the primary one first; always one page. */
export function listCalendars({ account }: CalendarRequest): Answer {
  const items = account.calendars.map((calendar) => listEntry(calendar, calendar === account.primary));
  return { status: 200, json: { kind: "calendar#calendarList", etag: account.primary.etag, items } };
}

/** @throws Refused */
export function getListedCalendar(request: CalendarRequest): Answer {
  const calendar = calendarOf(request);
  return { status: 200, json: listEntry(calendar, calendar === request.account.primary) };
}

/** One of the account's settings; the simulator has few. @throws Refused */
export function getSetting({ account, ids: [id = ""] }: CalendarRequest): Answer {
  const settings = new Map([
    ["timezone", account.timeZone],
    ["locale", "en"],
    ["format24HourTime", "false"],
    ["weekStart", "0"],
  ]);
  const value = settings.get(id) ?? notFound();
  return { status: 200, json: { kind: "calendar#setting", etag: '"0"', id, value } };
}

function listEntry({ id, summary, timeZone, etag, accessRole }: Calendar, isPrimary: boolean) {
  return {
    kind: "calendar#calendarListEntry",
    etag,
    id,
    summary,
    timeZone,
    colorId: "14",
    backgroundColor: "#9fe1e7",
    foregroundColor: "#000000",
    selected: true,
    accessRole,
    defaultReminders: [{ method: "popup", minutes: 10 }],
    ...(isPrimary && { primary: true }),
  };
}
