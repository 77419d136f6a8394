import type { calendar_v3 } from "googleapis/build/src/apis/calendar";
import { describeFailure, googleFailure, unavailable } from "./googleFailure";
import type { CalendarClient } from "./googleSdk";
import type { GoogleSettings } from "./googleSettings";

/** The user's own. */
const CALENDAR = { calendarId: "primary" };

/** A moment, or with `date` alone a whole day, `YYYY-MM-DD`; of an end it is the day after. */
export type EventTime = { dateTime: string; timeZone?: string } | { date: string };

export interface CalendarEvent {
  id: string;
  etag: string;
  /** It stands for a whole series, not for one of its instances. */
  isSeries: boolean;
  /** Whether it takes up time: neither shown as free nor declined. */
  isBusy: boolean;
  summary?: string;
  description?: string;
  location?: string;
  start: EventTime;
  end: EventTime;
  /** When it was first entered, RFC 3339. */
  created?: string;
}

export interface EventPage {
  events: CalendarEvent[];
  nextPageToken?: string;
  /** The calendar's, IANA. */
  timeZone: string;
}

/** What is to be written of an event. */
export interface EventFields {
  summary: string;
  description?: string;
  location?: string;
  start: EventTime;
  end: EventTime;
}

/** One user's primary calendar, as Google lets us see it. Each method is one request. @throws as `describeFailure` */
export interface GoogleCalendar {
  /** Of recurring events each instance, by the time of their start. */
  list(query: {
    timeMin: Date;
    timeMax?: Date;
    maxResults: number;
    pageToken?: string;
    timeZone?: string;
  }): Promise<EventPage>;
  get(id: string): Promise<CalendarEvent | "cancelled" | undefined>;
  /** @param id 5 to 1024 of 0-9a-v @returns whether there was none of that id */
  insert(id: string, fields: EventFields): Promise<boolean>;
  /** @returns whether it was still as it was read */
  move(event: CalendarEvent, times: Pick<EventFields, "start" | "end">): Promise<boolean>;
  /** @param event what it was when it was read; absent, as it is @returns whether it was still so */
  delete(id: string, event?: CalendarEvent): Promise<boolean>;
}

/** @param timeoutMs how long Google may take to answer each request */
export async function googleCalendar(
  settings: GoogleSettings,
  accessToken: string,
  timeoutMs: number,
): Promise<GoogleCalendar> {
  const { calendarClient } = await import("./googleSdk.js");
  const { events } = calendarClient(settings, accessToken, timeoutMs);
  return {
    list: (query) => list(events, query),
    get: (eventId) =>
      unless([404, 410], undefined, async () => {
        const { data } = await events.get({ ...CALENDAR, eventId });
        // Of what is cancelled Google promises the id alone.
        if (data?.status === "cancelled") return "cancelled" as const;
        return calendarEvent(data) ?? throwUnreadable();
      }),
    insert: (id, fields) =>
      unless([409], false, async () => {
        await events.insert({ ...CALENDAR, requestBody: { ...fields, id } });
        return true;
      }),
    move: (event, times) =>
      unless([404, 410, 412], false, async () => {
        // A day that becomes a time of day, and the other way round, keeps nothing of what it was.
        const nothing = { date: null, dateTime: null, timeZone: null };
        const requestBody = { start: { ...nothing, ...times.start }, end: { ...nothing, ...times.end } };
        await events.patch({ ...CALENDAR, eventId: event.id, requestBody }, ifMatch(event));
        return true;
      }),
    delete: (eventId, event) =>
      unless([404, 410], true, () =>
        unless([412], false, async () => {
          await events.delete({ ...CALENDAR, eventId }, event ? ifMatch(event) : {});
          return true;
        }),
      ),
  };
}

async function list(
  events: CalendarClient["events"],
  { timeMin, timeMax, ...query }: Parameters<GoogleCalendar["list"]>[0],
): Promise<EventPage> {
  try {
    const { data } = await events.list({
      ...CALENDAR,
      ...query,
      timeMin: timeMin.toISOString(),
      ...(timeMax ? { timeMax: timeMax.toISOString() } : {}),
      singleEvents: true,
      orderBy: "startTime",
    });
    // Whatever cannot be read is not taken for an empty calendar: somebody would book over what is in it.
    if (!Array.isArray(data?.items) || !data.timeZone) return throwUnreadable();
    return {
      events: data.items.flatMap((event) => calendarEvent(event) ?? []),
      ...(data.nextPageToken ? { nextPageToken: data.nextPageToken } : {}),
      timeZone: data.timeZone,
    };
  } catch (error) {
    throw describeFailure(error);
  }
}

/** @param statuses that are no failure but mean `meaning` */
async function unless<T>(statuses: readonly number[], meaning: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const status = googleFailure(error)?.status;
    if (status !== undefined && statuses.includes(status)) return meaning;
    throw describeFailure(error);
  }
}

function throwUnreadable(): never {
  throw unavailable(new Error("Google answered what cannot be read"));
}

function ifMatch({ etag }: CalendarEvent) {
  return { headers: { "If-Match": etag } };
}

function calendarEvent(event: calendar_v3.Schema$Event): CalendarEvent | undefined {
  const [start, end] = [eventTime(event?.start), eventTime(event?.end)];
  if (!event?.id || !start || !end || event.status === "cancelled") return undefined;
  const own = event.attendees?.find(({ self }) => self);
  return {
    id: event.id,
    etag: event.etag ?? "",
    isSeries: Boolean(event.recurrence?.length),
    isBusy: event.transparency !== "transparent" && own?.responseStatus !== "declined",
    ...(event.summary ? { summary: event.summary } : {}),
    ...(event.description ? { description: event.description } : {}),
    ...(event.location ? { location: event.location } : {}),
    start,
    end,
    ...(event.created ? { created: event.created } : {}),
  };
}

function eventTime(time: calendar_v3.Schema$EventDateTime | undefined): EventTime | undefined {
  if (time?.dateTime) {
    return { dateTime: time.dateTime, ...(time.timeZone ? { timeZone: time.timeZone } : {}) };
  }
  return time?.date ? { date: time.date } : undefined;
}
