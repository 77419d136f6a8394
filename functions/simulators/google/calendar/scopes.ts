const PREFIX = "https://www.googleapis.com/auth/";

function scopes(...names: string[]): string[] {
  return names.map((name) => PREFIX + name);
}

/** Which scopes allow what, any of them; from the reference page of each method. */
export const WRITE_EVENTS = scopes(
  "calendar",
  "calendar.events",
  "calendar.app.created",
  "calendar.events.owned",
);
export const READ_EVENTS = [
  ...WRITE_EVENTS,
  ...scopes(
    "calendar.readonly",
    "calendar.events.readonly",
    "calendar.events.freebusy",
    "calendar.events.owned.readonly",
    "calendar.events.public.readonly",
  ),
];
export const QUERY_FREE_BUSY = scopes(
  "calendar",
  "calendar.readonly",
  "calendar.freebusy",
  "calendar.events.freebusy",
);
export const READ_CALENDARS = scopes(
  "calendar",
  "calendar.readonly",
  "calendar.calendars",
  "calendar.calendars.readonly",
  "calendar.app.created",
);
export const READ_CALENDAR_LIST = scopes(
  "calendar",
  "calendar.readonly",
  "calendar.calendarlist",
  "calendar.calendarlist.readonly",
);
export const READ_SETTINGS = scopes("calendar", "calendar.readonly", "calendar.settings.readonly");
