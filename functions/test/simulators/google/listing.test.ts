import assert from "node:assert/strict";
import type { calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { CALENDAR, calendarOf, refusal, timed } from "./sdk.js";

const OWNER = "lists@example.com";

type ListParams = calendar_v3.Params$Resource$Events$List;

describe("A list of simulated events, by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  let now = Date.parse("2026-04-01T12:00:00Z");
  before(async () => {
    simulator = await startGoogleSimulator({ now: () => now });
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.addAccount({ email: OWNER, timeZone: "Europe/Berlin" });
    calendar = calendarOf(simulator, OWNER);
  });

  const page = async (params: ListParams = {}) =>
    (await calendar.events.list({ calendarId: "primary", ...params })).data;
  const summaries = async (params: ListParams = {}) =>
    (await page(params)).items?.map(({ summary }) => summary);

  async function allPages(params: ListParams): Promise<calendar_v3.Schema$Events[]> {
    const pages = [await page(params)];
    for (;;) {
      const pageToken = pages.at(-1)?.nextPageToken;
      if (!pageToken) return pages;
      pages.push(await page({ ...params, pageToken }));
    }
  }

  const seedMany = (count: number) =>
    simulator.seed({ account: OWNER, bulk: { count, from: "2026-01-01T00:00:00Z", everyMinutes: 15 } });

  it("has 2,500 events in ten pages of 250, or one of 2,500: each once, in order", async () => {
    const ids = seedMany(2_500);
    const params = { singleEvents: true, orderBy: "startTime" };
    const pages = await allPages(params);
    assert.deepEqual(
      pages.map(({ items }) => items?.length),
      Array.from({ length: 10 }, () => 250),
    );
    assert.deepEqual(
      pages.flatMap(({ items = [] }) => items.map(({ id }) => id)),
      ids,
    );
    const [whole, ...more] = await allPages({ ...params, maxResults: 2_500 });
    assert.deepEqual([whole?.items?.length, more.length], [2_500, 0]);
  });

  it("has pages no longer than 2,500, or than the account allows, whatever is asked for", async () => {
    seedMany(2_501);
    const lengths = async (maxResults: number) =>
      (await allPages({ maxResults })).map(({ items }) => items?.length);
    assert.deepEqual(await lengths(5_000), [2_500, 1]);
    simulator.addAccount({ email: OWNER, pageSizeMax: 2 });
    seedMany(5);
    assert.deepEqual(await lengths(5_000), [2, 2, 1]);
  });

  it("goes on from a page token of its own alone", async () => {
    seedMany(3);
    const { nextPageToken } = await page({ maxResults: 1, q: "Event" });
    const pageToken = nextPageToken ?? "";
    assert.deepEqual(await summaries({ maxResults: 2, q: "Event", pageToken }), ["Event 2", "Event 3"]);
    for (const params of [{ q: "other", pageToken }, { pageToken: "nothing" }]) {
      const { status, message } = await refusal(page(params));
      assert.deepEqual([status, message], [400, "Invalid page token value."]);
    }
  });

  it("has what ends after timeMin and starts before timeMax, both excluded", async () => {
    const events = [
      timed("nine", "2026-05-04T09:00:00", "2026-05-04T10:00:00"),
      timed("ten", "2026-05-04T10:00:00", "2026-05-04T11:00:00"),
    ];
    simulator.seed({ account: OWNER, events: events });
    const between = (timeMin: string, timeMax: string) => summaries({ timeMin, timeMax });
    assert.deepEqual(await between("2026-05-04T10:00:00+02:00", "2026-05-04T12:00:00+02:00"), ["ten"]);
    assert.deepEqual(await between("2026-05-04T06:00:00Z", "2026-05-04T08:00:00.999Z"), ["nine"]);
    assert.deepEqual(await between("2026-05-04T07:59:59Z", "2026-05-04T08:00:01Z"), ["nine", "ten"]);
    assert.deepEqual(await summaries({ timeMin: "2026-05-04T09:00:00Z" }), []);
  });

  it("has days from midnight to midnight of the zone that is asked for", async () => {
    simulator.seed({
      account: OWNER,
      events: [{ summary: "day", start: { date: "2026-05-04" }, end: { date: "2026-05-05" } }],
    });
    const evening = { timeMin: "2026-05-04T22:00:00Z", timeMax: "2026-05-04T23:00:00Z" };
    assert.deepEqual(await summaries(evening), []);
    assert.deepEqual(await summaries({ ...evening, timeZone: "America/New_York" }), ["day"]);
  });

  const REFUSED: [what: string, reason: string, message: RegExp, params: ListParams][] = [
    [
      "order by start of recurring events",
      "badRequest",
      /requested ordering is not available/,
      { orderBy: "startTime" },
    ],
    [
      "an order that is none",
      "invalidParameter",
      /startTime, updated/,
      { orderBy: "name", singleEvents: true },
    ],
    ["a time without an offset", "badRequest", /Bad Request/, { timeMin: "2026-05-04T09:00:00" }],
    ["a day for a time", "badRequest", /Bad Request/, { timeMax: "2026-05-04" }],
    [
      "an empty range",
      "timeRangeEmpty",
      /time range is empty/,
      { timeMin: "2026-05-04T09:00:00Z", timeMax: "2026-05-04T09:00:00Z" },
    ],
    ["pages of nothing", "invalidParameter", /Invalid value '0'/, { maxResults: 0 }],
    ["a zone that is none", "invalid", /time zone/, { timeZone: "Mars/Base" }],
    [
      "a property without a value",
      "invalidParameter",
      /propertyName=value/,
      { privateExtendedProperty: ["a"] },
    ],
  ];
  for (const [what, reason, message, params] of REFUSED) {
    it(`refuses ${what} with ${reason}`, async () => {
      const refused = await refusal(page(params));
      assert.deepEqual([refused.status, refused.reason], [400, reason]);
      assert.match(refused.message, message);
    });
  }

  it("says to any sync token that it is too old", async () => {
    const { status, reason } = await refusal(page({ syncToken: "old" }));
    assert.deepEqual([status, reason], [410, "fullSyncRequired"]);
  });

  it("is in the order of start, or of change", async () => {
    const events = ["10", "08", "09"].map((hour) =>
      timed(hour, `2026-05-04T${hour}:00:00`, `2026-05-04T${hour}:30:00`),
    );
    const [, eight = ""] = simulator.seed({ account: OWNER, events: events });
    assert.deepEqual(await summaries({ orderBy: "startTime", singleEvents: true }), ["08", "09", "10"]);
    now += 60_000;
    const changed = { calendarId: "primary", eventId: eight };
    const { data } = await calendar.events.patch({ ...changed, requestBody: { location: "here" } });
    assert.deepEqual(await summaries({ orderBy: "updated" }), ["10", "09", "08"]);
    assert.deepEqual(await summaries({ updatedMin: data.updated ?? "" }), ["08"]);
  });

  it("finds words, properties and iCalendar ids", async () => {
    const at = timed("", "2026-05-04T09:00:00", "2026-05-04T10:00:00");
    const events = [
      { ...at, summary: "Review", attendees: [{ email: "grace@example.com" }], iCalUID: "one@elsewhere" },
      {
        ...at,
        summary: "Lunch",
        location: "Grace Street",
        extendedProperties: { private: { a: "1", b: "2=3" } },
      },
    ];
    simulator.seed({ account: OWNER, events: events });
    assert.deepEqual(await summaries({ q: "GRACE" }), ["Review", "Lunch"]);
    assert.deepEqual(await summaries({ q: "grace street" }), ["Lunch"]);
    assert.deepEqual(await summaries({ iCalUID: "one@elsewhere" }), ["Review"]);
    assert.deepEqual(await summaries({ privateExtendedProperty: ["a=1", "b=2=3"] }), ["Lunch"]);
    assert.deepEqual(await summaries({ privateExtendedProperty: ["a=1", "b=2"] }), []);
    assert.deepEqual(await summaries({ sharedExtendedProperty: ["a=1"] }), []);
  });

  it("has deleted events when asked for, and else none", async () => {
    const [first = ""] = seedMany(2);
    await calendar.events.delete({ calendarId: "primary", eventId: first });
    assert.deepEqual(await summaries(), ["Event 2"]);
    const { items = [] } = await page({ showDeleted: true, singleEvents: true });
    assert.deepEqual(
      items.map(({ summary, status }) => [summary, status]),
      [
        ["Event 1", "cancelled"],
        ["Event 2", "confirmed"],
      ],
    );
  });

  it("shows times in the calendar's zone, or the one that is asked for", async () => {
    seedMany(1);
    const first = async (params: ListParams) => (await page(params)).items?.[0]?.start?.dateTime;
    assert.equal(await first({}), "2026-01-01T01:00:00+01:00");
    assert.equal(await first({ timeZone: "America/New_York" }), "2025-12-31T19:00:00-05:00");
    assert.equal((await page({ timeZone: "America/New_York" })).timeZone, "America/New_York");
  });

  it("is one account's own: another's calendar is not there", async () => {
    simulator.addAccount({ email: "stranger@example.com" });
    seedMany(1);
    const stranger = calendarOf(simulator, "stranger@example.com");
    assert.deepEqual((await stranger.events.list({ calendarId: "primary" })).data.items, []);
    const { status, reason } = await refusal(stranger.events.list({ calendarId: OWNER }));
    assert.deepEqual([status, reason], [404, "notFound"]);
    assert.equal((await page({ calendarId: OWNER })).items?.length, 1);
  });

  it("needs a scope that allows it, and says which it lacks", async () => {
    const freeBusyOnly = calendarOf(simulator, OWNER, `${CALENDAR}.freebusy`);
    const { status, reason, body } = await refusal(freeBusyOnly.events.list({ calendarId: "primary" }));
    assert.deepEqual([status, reason], [403, "insufficientPermissions"]);
    assert.ok(JSON.stringify(body).includes('"method":"calendar.v3.Events.List"'));
    const readOnly = calendarOf(simulator, OWNER, `${CALENDAR}.readonly`);
    await readOnly.events.list({ calendarId: "primary" });
    const requestBody = timed("x", "2026-05-04T09:00:00", "2026-05-04T10:00:00");
    const refused = await refusal(readOnly.events.insert({ calendarId: "primary", requestBody }));
    assert.equal(refused.status, 403);
  });

  it("is found by the whole address that a request names too", async () => {
    seedMany(1);
    const { data } = await calendar.events.list({ calendarId: "primary" }, { rootUrl: simulator.url });
    assert.equal(data.items?.length, 1);
  });
});
