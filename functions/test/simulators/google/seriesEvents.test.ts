import assert from "node:assert/strict";
import type { calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { calendarOf, type EventInput, refusal, timed } from "./sdk.js";

const WEEKLY = "RRULE:FREQ=WEEKLY";

describe("Recurring events, by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  before(async () => {
    simulator = await startGoogleSimulator();
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.addAccount({ email: "series@example.com", timeZone: "Europe/Berlin" });
    calendar = calendarOf(simulator, "series@example.com");
  });

  const insert = async (requestBody: EventInput) =>
    (await calendar.events.insert({ calendarId: "primary", requestBody })).data;

  async function list(params: calendar_v3.Params$Resource$Events$List = {}) {
    const { data } = await calendar.events.list({
      calendarId: "primary",
      singleEvents: true,
      orderBy: "startTime",
      timeMax: "2027-01-01T00:00:00Z",
      ...params,
    });
    return data.items ?? [];
  }

  const starts = (events: EventInput[]) => events.map(({ start }) => start?.dateTime ?? start?.date);

  const CHANGES: [zone: string, what: string, start: string, instants: string[]][] = [
    [
      "Europe/Berlin",
      "forward",
      "2026-03-22T09:00:00",
      ["2026-03-22T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-04-05T09:00:00+02:00"],
    ],
    [
      "Europe/Berlin",
      "back",
      "2026-10-18T09:00:00",
      ["2026-10-18T09:00:00+02:00", "2026-10-25T09:00:00+01:00", "2026-11-01T09:00:00+01:00"],
    ],
    [
      "America/New_York",
      "forward",
      "2026-03-01T09:00:00",
      ["2026-03-01T09:00:00-05:00", "2026-03-08T09:00:00-04:00", "2026-03-15T09:00:00-04:00"],
    ],
    [
      "America/New_York",
      "back",
      "2026-10-25T09:00:00",
      ["2026-10-25T09:00:00-04:00", "2026-11-01T09:00:00-05:00", "2026-11-08T09:00:00-05:00"],
    ],
  ];
  for (const [zone, what, start, expected] of CHANGES) {
    it(`stay at 9:00 in ${zone} when its clocks go ${what}, whatever the calendar's zone`, async () => {
      const end = start.replace("T09", "T10");
      const { id } = await insert({
        ...timed("Weekly", start, end, zone),
        recurrence: [`${WEEKLY};COUNT=3`],
      });
      const shown = await list({ timeZone: zone });
      assert.deepEqual(starts(shown), expected);
      assert.deepEqual(
        shown.map((one) => one.id),
        expected.map((time) => `${id}_${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`),
      );
      const instants = starts(await list({ timeZone: "UTC" })).map((time) => Date.parse(time ?? ""));
      assert.deepEqual(
        instants,
        expected.map((time) => Date.parse(time)),
      );
      for (const { recurringEventId, originalStartTime, start: own, recurrence } of shown) {
        assert.deepEqual([recurringEventId, originalStartTime, recurrence], [id, own, undefined]);
      }
    });
  }

  it("are one event until they are to be single ones", async () => {
    const { id, recurrence } = await insert({
      ...timed("Weekly", "2026-05-04T09:00:00", "2026-05-04T10:00:00"),
      recurrence: [WEEKLY],
    });
    assert.deepEqual(recurrence, [WEEKLY]);
    const { data } = await calendar.events.list({ calendarId: "primary", timeMin: "2026-07-01T00:00:00Z" });
    assert.deepEqual(
      data.items?.map((one) => one.id),
      [id],
    );
    const july = await list({ timeMin: "2026-07-01T00:00:00Z", timeMax: "2026-08-01T00:00:00Z" });
    assert.deepEqual(
      starts(july).map((time) => time?.slice(0, 10)),
      ["2026-07-06", "2026-07-13", "2026-07-20", "2026-07-27"],
    );
    const params = { calendarId: "primary", eventId: id ?? "" };
    const { data: some } = await calendar.events.instances({ ...params, maxResults: 2 });
    assert.deepEqual([some.items?.length, typeof some.nextPageToken], [2, "string"]);
    const span = { timeMin: "2026-07-07T00:00:00Z", timeMax: "2026-07-20T00:00:00Z" };
    const { data: within } = await calendar.events.instances({ ...params, ...span });
    assert.deepEqual(starts(within.items ?? []), ["2026-07-13T09:00:00+02:00"]);
  });

  it("lose an instance that is deleted, and keep one that is changed and moved in its place", async () => {
    const { id } = await insert({
      ...timed("Weekly", "2026-05-04T09:00:00", "2026-05-04T10:00:00"),
      recurrence: [`${WEEKLY};COUNT=4`, "EXDATE;TZID=Europe/Berlin:20260511T090000"],
    });
    const at = (day: string) => ({ calendarId: "primary", eventId: `${id}_${day}T070000Z` });
    assert.equal((await refusal(calendar.events.get(at("20260511")))).status, 404);
    await calendar.events.delete(at("20260504"));
    assert.equal((await refusal(calendar.events.delete(at("20260504")))).status, 410);
    const moved = { ...timed("Moved", "2026-08-01T12:00:00", "2026-08-01T13:00:00") };
    const { data: changed } = await calendar.events.patch({ ...at("20260525"), requestBody: moved });
    assert.equal(changed.originalStartTime?.dateTime, "2026-05-25T09:00:00+02:00");
    const shown = await list();
    assert.deepEqual(starts(shown), ["2026-05-18T09:00:00+02:00", "2026-08-01T12:00:00+02:00"]);
    assert.deepEqual(
      shown.map(({ summary }) => summary),
      ["Weekly", "Moved"],
    );
    assert.deepEqual(starts(await list({ timeMin: "2026-07-31T00:00:00Z" })), ["2026-08-01T12:00:00+02:00"]);
    const { data } = await calendar.events.list({ calendarId: "primary" });
    const cancelled = data.items?.filter(({ status }) => status === "cancelled") ?? [];
    assert.deepEqual(
      cancelled.map((one) => [one.id, one.recurringEventId, one.summary]),
      [[at("20260504").eventId, id, undefined]],
    );
    assert.equal(data.items?.length, 3);
  });

  it("end whole, with what was changed of them", async () => {
    const { id } = await insert({
      ...timed("Weekly", "2026-05-04T09:00:00", "2026-05-04T10:00:00"),
      recurrence: [`${WEEKLY};COUNT=3`],
    });
    const eventId = `${id}_20260504T070000Z`;
    await calendar.events.patch({ calendarId: "primary", eventId, requestBody: { summary: "Changed" } });
    await calendar.events.delete({ calendarId: "primary", eventId: id ?? "" });
    assert.deepEqual(await list(), []);
    assert.deepEqual((await calendar.events.list({ calendarId: "primary" })).data.items, []);
    assert.equal((await list({ showDeleted: true })).length, 3);
  });

  it("last whole days where they are all-day", async () => {
    const { id } = await insert({
      summary: "Days",
      start: { date: "2026-03-28" },
      end: { date: "2026-03-30" },
      recurrence: ["RRULE:FREQ=MONTHLY;COUNT=2"],
    });
    const shown = await list();
    assert.deepEqual(
      shown.map((one) => [one.id, one.start?.date, one.end?.date, one.originalStartTime?.date]),
      [
        [`${id}_20260328`, "2026-03-28", "2026-03-30", "2026-03-28"],
        [`${id}_20260428`, "2026-04-28", "2026-04-30", "2026-04-28"],
      ],
    );
    const { data } = await calendar.events.get({ calendarId: "primary", eventId: `${id}_20260428` });
    assert.equal(data.start?.date, "2026-04-28");
  });

  it("are refused without a zone of their own, or with a rule that is none", async () => {
    const instant = { dateTime: "2026-05-04T09:00:00Z" };
    const noZone = await refusal(insert({ start: instant, end: instant, recurrence: [WEEKLY] }));
    assert.deepEqual([noZone.status, noZone.message], [400, "Missing time zone definition for start time."]);
    const noRule = await refusal(
      insert({
        ...timed("x", "2026-05-04T09:00:00", "2026-05-04T10:00:00"),
        recurrence: ["RRULE:FREQ=OFTEN"],
      }),
    );
    assert.deepEqual([noRule.status, noRule.message], [400, "Invalid recurrence rule."]);
  });
});
