import { z } from "zod";
import type { Account, AccountList } from "./accounts.js";
import { Refused } from "./api.js";
import type { Calendar } from "./calendar/calendar.js";
import { readEventBody } from "./calendar/eventSchema.js";
import { newEvent } from "./calendar/newEvent.js";
import { parseInstant } from "./time/rfc3339.js";

const MINUTE_MS = 60_000;
const EVENTS_MAX = 20_000;

const anyObject = z.custom<object>((value) => typeof value === "object" && value !== null);

/** The body of `POST /control/google/events`: what is put into a calendar, past the API. */
export const seedSchema = z.strictObject({
  account: z.string(),
  calendarId: z.string().default("primary"),
  /** Events as the API takes them. */
  events: z.array(anyObject).max(EVENTS_MAX).default([]),
  /** So many events like one another. */
  bulk: z
    .strictObject({
      count: z.int().min(1).max(EVENTS_MAX),
      /** An instant, where the first one starts. */
      from: z.string().refine((text) => parseInstant(text) !== undefined, { error: "must be an instant" }),
      everyMinutes: z.number().min(0).default(60),
      minutes: z.number().min(0).default(30),
      /** Each gets its number behind it. */
      summary: z.string().default("Event"),
    })
    .optional(),
});

export type SeedInput = z.input<typeof seedSchema>;
type Bulk = NonNullable<z.output<typeof seedSchema>["bulk"]>;

/** Does what a seed says, and gives the events' ids. @throws Error, ZodError */
export function seed(accounts: AccountList, input: SeedInput, now: number): string[] {
  const { account, calendarId, events, bulk } = seedSchema.parse(input);
  const calendar = calendarFor(accounts.get(account), account, calendarId);
  return seedEvents(calendar, [...events, ...(bulk ? bulkEvents(bulk) : [])], now);
}

/** Puts events into a calendar, and gives their ids. @throws Error for one that the API would refuse */
export function seedEvents(calendar: Calendar, events: SeedInput["events"], now: number): string[] {
  return (events ?? []).map((event, index) => {
    try {
      return calendar.put(newEvent(calendar, readEventBody(event), now), now).id;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      throw new Error(`Event ${index}: ${JSON.stringify(error.answer.json)}`);
    }
  });
}

/** A calendar that the controls name. @throws Error */
export function calendarFor(account: Account | undefined, email: string, calendarId = "primary"): Calendar {
  const calendar = account?.calendar(calendarId);
  if (calendar) return calendar;
  throw new Error(account ? `No calendar ${calendarId} of ${email}.` : `No account ${email}.`);
}

function bulkEvents({ count, from, everyMinutes, minutes, summary }: Bulk): object[] {
  const first = parseInstant(from) ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * everyMinutes * MINUTE_MS;
    return {
      summary: `${summary} ${index + 1}`,
      start: { dateTime: new Date(start).toISOString() },
      end: { dateTime: new Date(start + minutes * MINUTE_MS).toISOString() },
    };
  });
}
