import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { listEvents } from "../../src/calendar/listEvents";
import { event as eventSchema, listEventsInput } from "../../src/calendar/schemas";
import { rejectsWith } from "../support/appError";
import { type CalendarWorld, calendarWorld } from "../support/calendarWorld";

// Clocks go forward in New York on 8 March 2026.
const START = new Date("2026-03-06T12:00:00Z");

describe("the events of a calendar", () => {
  let calendars: CalendarWorld;
  before(async () => {
    calendars = await calendarWorld(START);
  });
  after(() => calendars.google.stop());
  const ask = (uid: string, input: object = {}) =>
    listEvents(calendars.as(uid), listEventsInput.parse(input));

  it("are given as the guide shows them, the next first", async () => {
    const account = await calendars.connect("ann");
    calendars.google.seed({
      account,
      events: [
        {
          summary: "Later",
          start: { dateTime: "2026-03-07T09:00:00", timeZone: "America/New_York" },
          end: { dateTime: "2026-03-07T10:00:00", timeZone: "America/New_York" },
        },
        {
          id: "eventid123",
          summary: "Team Meeting",
          location: "Conference Room A",
          description: "Weekly team sync",
          start: { dateTime: "2026-03-06T14:00:00Z" },
          end: { dateTime: "2026-03-06T15:00:00Z" },
        },
        { summary: "Holiday", start: { date: "2026-03-09" }, end: { date: "2026-03-10" } },
        { start: { dateTime: "2026-03-06T10:00:00Z" }, end: { dateTime: "2026-03-06T11:00:00Z" } },
        { start: { dateTime: "2026-03-10T10:00:00Z" }, end: { dateTime: "2026-03-10T11:00:00Z" } },
      ],
    });
    const { events } = await ask("ann");
    assert.deepEqual(events[0], {
      id: "eventid123",
      summary: "Team Meeting",
      start: "2026-03-06T14:00:00Z",
      end: "2026-03-06T15:00:00Z",
      location: "Conference Room A",
      description: "Weekly team sync",
      all_day: false,
      time_zone: "America/New_York",
    });
    assert.deepEqual(
      events.map(({ summary, start, all_day }) => [summary, start, all_day]),
      [
        ["Team Meeting", "2026-03-06T14:00:00Z", false],
        ["Later", "2026-03-07T14:00:00Z", false],
        ["Holiday", "2026-03-09", true],
        ["", "2026-03-10T10:00:00Z", false],
      ],
    );
    for (const one of events) eventSchema.parse(one);
  });

  it("that recur are given each, at the same hour of the day across the change of clocks", async () => {
    const account = await calendars.connect("bob");
    const at = (time: string) => ({ dateTime: `2026-02-02T${time}`, timeZone: "America/New_York" });
    calendars.google.seed({
      account,
      events: [
        {
          summary: "Stand-up",
          start: at("09:00:00"),
          end: at("09:15:00"),
          recurrence: ["RRULE:FREQ=WEEKLY;BYDAY=FR,MO"],
        },
      ],
    });
    const { events } = await ask("bob", { time_max: "2026-03-14T00:00:00Z" });
    assert.deepEqual(
      events.map(({ start }) => start),
      ["2026-03-06T14:00:00Z", "2026-03-09T13:00:00Z", "2026-03-13T13:00:00Z"],
    );
    assert.equal(new Set(events.map(({ id }) => id)).size, 3);
  });

  it("come page by page, 2,500 of them, none twice and none left out", async function () {
    this.timeout(60_000);
    const account = await calendars.connect("cleo");
    calendars.google.seed({
      account,
      bulk: { count: 2_500, from: "2026-03-07T00:00:00Z", everyMinutes: 15 },
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask("cleo", { max_results: "250", ...(cursor ? { cursor } : {}) });
      seen.push(...page.events.map(({ summary }) => summary));
      cursor = page.nextCursor;
      // Time goes on while one reads.
      calendars.world.pass(30);
    } while (cursor);
    assert.deepEqual(
      seen,
      Array.from({ length: 2_500 }, (_, at) => `Event ${at + 1}`),
    );
  });

  it("are ten unless asked otherwise, between the times that are asked for", async () => {
    const account = await calendars.connect("dan");
    calendars.google.seed({ account, bulk: { count: 100, from: "2026-03-07T00:00:00Z" } });
    assert.equal((await ask("dan")).events.length, 10);
    assert.equal((await ask("dan", { max_results: "1" })).events.length, 1);
    const within = await ask("dan", {
      time_min: "2026-03-07T05:00:00-05:00",
      time_max: "2026-03-07T12:00:00Z",
      max_results: 250,
    });
    assert.deepEqual(
      within.events.map(({ start }) => start),
      ["2026-03-07T10:00:00Z", "2026-03-07T11:00:00Z"],
    );
  });

  it("are refused to nonsense, naming the field", async () => {
    for (const [input, field] of [
      [{ max_results: "0" }, "max_results"],
      [{ max_results: "251" }, "max_results"],
      [{ max_results: "ten" }, "max_results"],
      [{ time_min: "2026-03-07" }, "time_min"],
      [{ time_min: "2026-03-07T00:00:00" }, "time_min"],
      [{ order: "x" }, undefined],
    ] as const) {
      const parsed = listEventsInput.safeParse(input);
      assert.equal(parsed.success, false);
      assert.equal(parsed.error?.issues[0]?.path[0], field);
    }
    await calendars.connect("eve");
    for (const times of [
      { time_min: "2026-03-07T00:00:00Z", time_max: "2026-03-06T00:00:00Z" },
      { time_min: "2026-12-01T00:00:00-12:00", time_max: "2026-12-01T05:00:00Z" },
      { time_max: "2020-01-01T00:00:00Z" },
    ]) {
      const refused = await rejectsWith("invalid_argument", ask("eve", times));
      assert.equal(refused.details.field, "time_max");
    }
    await ask("eve", { time_min: "2026-12-01T10:00:00+14:00", time_max: "2026-12-01T00:00:00Z" });
    const forged = Buffer.from(
      JSON.stringify({ pageToken: "x", timeMin: "2026-03-07T00:00:00.000Z" }),
    ).toString("base64url");
    for (const cursor of ["x", "e30", forged]) {
      const refused = await rejectsWith("invalid_argument", ask("eve", { cursor }));
      assert.equal(refused.details.field, "cursor");
    }
  });

  it("are not there where Google refuses or fails, and its words go no further", async () => {
    const account = await calendars.connect("fay");
    for (const [fault, code] of [
      [{ status: 500 }, "provider_unavailable"],
      [{ status: 403, reason: "rateLimitExceeded" }, "provider_unavailable"],
      [{ status: 403, reason: "userRateLimitExceeded" }, "provider_unavailable"],
      [{ status: 403, reason: "accessNotConfigured" }, "provider_failed"],
      [{ status: 410, reason: "updatedMinTooLongAgo" }, "provider_failed"],
      [{ drop: "before" }, "provider_unavailable"],
      [{ malformed: "html" }, "provider_unavailable"],
      [{ malformed: "truncated" }, "provider_unavailable"],
      [{ malformed: "empty" }, "provider_unavailable"],
    ] as const) {
      calendars.google.addFault({
        account,
        on: "events.list",
        ...fault,
        ...("status" in fault ? { message: "SECRET words of Google's" } : {}),
      });
      const refused = await rejectsWith(code, ask("fay"));
      assert.doesNotMatch(refused.safeMessage, /SECRET/);
      calendars.google.clearFaults();
    }
    await ask("fay");
  });
});
