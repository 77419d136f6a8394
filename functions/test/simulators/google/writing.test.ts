import assert from "node:assert/strict";
import type { calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { calendarOf, type EventInput, refusal, timed } from "./sdk.js";

const OWNER = "writes@example.com";
const NINE = timed("Nine", "2026-05-04T09:00:00", "2026-05-04T10:00:00");
const at = (eventId: string) => ({ calendarId: "primary", eventId });

describe("A simulated event, written by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  before(async () => {
    simulator = await startGoogleSimulator();
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.addAccount({
      email: OWNER,
      timeZone: "America/New_York",
      calendars: [{ id: "holidays", accessRole: "reader" }],
    });
    calendar = calendarOf(simulator, OWNER);
  });

  const insert = async (requestBody: EventInput, calendarId = "primary") =>
    (await calendar.events.insert({ calendarId, requestBody })).data;

  it("is given back as it was given, with what Google adds", async () => {
    const given: EventInput = {
      ...NINE,
      id: "abc123vvv",
      description: "Two\nlines",
      location: "Here",
      attendees: [{ email: OWNER, responseStatus: "accepted" }, { email: "guest@example.com" }],
      extendedProperties: { private: { callId: "1" } },
      transparency: "transparent",
      conferenceData: { createRequest: { requestId: "ignored" } },
    };
    const event = await insert(given);
    assert.deepEqual(event.start, { dateTime: "2026-05-04T03:00:00-04:00", timeZone: "Europe/Berlin" });
    assert.deepEqual(event.attendees, [
      { email: OWNER, responseStatus: "accepted", self: true },
      { email: "guest@example.com", responseStatus: "needsAction" },
    ]);
    const { id, status, summary, description, iCalUID, kind, sequence, conferenceData } = event;
    assert.deepEqual(
      [id, status, summary, description, iCalUID, kind, sequence, conferenceData],
      [
        "abc123vvv",
        "confirmed",
        "Nine",
        "Two\nlines",
        "abc123vvv@google.com",
        "calendar#event",
        0,
        undefined,
      ],
    );
    assert.deepEqual(event.extendedProperties, { private: { callId: "1" } });
    assert.equal(event.creator?.email, OWNER);
    assert.deepEqual((await calendar.events.get(at("abc123vvv"))).data, event);
  });

  it("gets an id of its own without one", async () => {
    const [one, other] = [await insert(NINE), await insert(NINE)];
    assert.match(one.id ?? "", /^[a-v0-9]{26}$/);
    assert.notEqual(one.id, other.id);
  });

  it("is refused under an id that was ever used, with reason duplicate, and stays as it was", async () => {
    await insert({ ...NINE, id: "abcde" });
    const again = () => refusal(insert({ ...NINE, summary: "Again", id: "abcde" }));
    assert.deepEqual((await again()).body, {
      error: {
        errors: [
          { domain: "global", reason: "duplicate", message: "The requested identifier already exists." },
        ],
        code: 409,
        message: "The requested identifier already exists.",
      },
    });
    await calendar.events.delete(at("abcde"));
    assert.equal((await again()).status, 409);
    assert.equal((await calendar.events.get(at("abcde"))).data.summary, "Nine");
  });

  const INSTANT = { dateTime: "2026-05-04T09:00:00Z" };
  const REFUSED: [what: string, message: RegExp, event: EventInput][] = [
    ["an id of other letters", /Invalid resource id value/, { ...NINE, id: "wxyz1" }],
    ["an id that is too short", /Invalid resource id value/, { ...NINE, id: "abcd" }],
    ["no end", /Missing end time/, { start: INSTANT }],
    [
      "a time without offset or zone",
      /Missing time zone definition for start time/,
      { start: { dateTime: "2026-05-04T09:00:00" }, end: INSTANT },
    ],
    [
      "an end before the start",
      /time range is empty/,
      { start: INSTANT, end: { dateTime: "2026-05-04T08:59:59Z" } },
    ],
    ["no day at all", /time range is empty/, { start: { date: "2026-05-04" }, end: { date: "2026-05-04" } }],
    ["a day and a time", /both be date or both be dateTime/, { start: { date: "2026-05-04" }, end: INSTANT }],
    [
      "a day that is none",
      /Invalid start time/,
      { start: { date: "2026-02-30" }, end: { date: "2026-03-02" } },
    ],
    [
      "an hour that is none",
      /Invalid end time/,
      { start: INSTANT, end: { dateTime: "2026-05-04T25:00:00Z" } },
    ],
    [
      "a zone that is none",
      /Invalid time zone/,
      timed("x", "2026-05-04T09:00:00", "2026-05-04T10:00:00", "Mars/Base"),
    ],
    ["a status that is none", /status/, { ...NINE, status: "perhaps" }],
  ];
  for (const [what, message, event] of REFUSED) {
    it(`is refused with ${what}`, async () => {
      const refused = await refusal(insert(event));
      assert.equal(refused.status, 400);
      assert.match(refused.message, message);
      assert.deepEqual(simulator.events(OWNER), []);
    });
  }

  it("is changed by a patch where that says so, at any depth, and nowhere else", async () => {
    const { id = "" } = await insert({
      ...NINE,
      description: "old",
      location: "old",
      extendedProperties: { private: { keep: "1", drop: "2" }, shared: { keep: "3" } },
    });
    const requestBody = {
      location: null,
      description: "new",
      extendedProperties: { private: { drop: null, add: "4" } },
      start: { dateTime: "2026-05-04T08:00:00" },
    } as unknown as EventInput;
    const { data } = await calendar.events.patch({ ...at(id ?? ""), requestBody });
    assert.deepEqual([data.summary, data.description, data.location], ["Nine", "new", undefined]);
    assert.deepEqual(data.extendedProperties, { private: { keep: "1", add: "4" }, shared: { keep: "3" } });
    assert.equal(data.start?.dateTime, "2026-05-04T02:00:00-04:00", "08:00 in the zone that it had");
    assert.equal(data.sequence, 1);
  });

  it("is replaced whole by an update", async () => {
    const { id } = await insert({ ...NINE, description: "old" });
    const requestBody = timed("Ten", "2026-05-04T10:00:00", "2026-05-04T11:00:00");
    const { data } = await calendar.events.update({ ...at(id ?? ""), requestBody });
    assert.deepEqual([data.id, data.summary, data.description], [id, "Ten", undefined]);
    const { status } = await refusal(
      calendar.events.update({ ...at(id ?? ""), requestBody: { summary: "x" } }),
    );
    assert.equal(status, 400);
  });

  it("is written to only as it was last seen, where an ETag says so", async () => {
    const { id, etag } = await insert(NINE);
    const eventId = at(id ?? "");
    const ifMatch = (value: string) => ({ headers: { "If-Match": value } });
    const { data } = await calendar.events.patch(
      { ...eventId, requestBody: { summary: "1" } },
      ifMatch(etag ?? ""),
    );
    assert.notEqual(data.etag, etag);
    for (const attempt of [
      () => calendar.events.patch({ ...eventId, requestBody: { summary: "2" } }, ifMatch(etag ?? "")),
      () => calendar.events.update({ ...eventId, requestBody: NINE }, ifMatch(etag ?? "")),
      () => calendar.events.delete(eventId, ifMatch(etag ?? "")),
    ]) {
      const { status, reason } = await refusal(attempt());
      assert.deepEqual([status, reason], [412, "conditionNotMet"]);
    }
    assert.equal((await calendar.events.get(eventId)).data.summary, "1");
    const unchanged = await calendar.events.get(eventId, { headers: { "If-None-Match": data.etag ?? "" } });
    assert.equal(unchanged.status, 304);
    await calendar.events.delete(eventId, ifMatch("*"));
  });

  it("is gone once it is deleted: 410 for the second time, cancelled when asked for, there again when updated", async () => {
    const { id } = await insert(NINE);
    const eventId = at(id ?? "");
    assert.equal((await calendar.events.delete(eventId)).status, 204);
    const { status, reason } = await refusal(calendar.events.delete(eventId));
    assert.deepEqual([status, reason], [410, "deleted"]);
    assert.equal((await calendar.events.get(eventId)).data.status, "cancelled");
    await calendar.events.update({ ...eventId, requestBody: NINE });
    assert.equal((await calendar.events.get(eventId)).data.status, "confirmed");
    assert.equal((await refusal(calendar.events.delete(at("nothing1")))).status, 404);
  });

  it("is not written to a calendar that is only read", async () => {
    const { status, reason } = await refusal(insert(NINE, "holidays"));
    assert.deepEqual([status, reason], [403, "requiredAccessLevel"]);
    assert.equal((await calendar.events.list({ calendarId: "holidays" })).data.accessRole, "reader");
  });

  it("is refused when it is no JSON", async () => {
    const { clientId } = simulator.client;
    const scope = "https://www.googleapis.com/auth/calendar.events";
    const { access_token } = simulator.grant({ clientId, account: OWNER, scope });
    const response = await fetch(`${simulator.url}/calendar/v3/calendars/primary/events`, {
      method: "POST",
      headers: { Authorization: `Bearer ${access_token}` },
      body: "{",
    });
    const { error } = (await response.json()) as { error: { errors: { reason: string }[] } };
    assert.deepEqual([response.status, error.errors[0]?.reason], [400, "parseError"]);
  });
});

describe("Simulated calendars, by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  before(async () => {
    simulator = await startGoogleSimulator();
    simulator.addAccount({
      email: OWNER,
      timeZone: "Asia/Tokyo",
      calendars: [{ id: "team", summary: "Team", timeZone: "Europe/Paris" }],
    });
    calendar = calendarOf(simulator, OWNER);
  });
  after(() => simulator.stop());

  it("tell their names, zones and which is the primary one", async () => {
    const { data: primary } = await calendar.calendars.get({ calendarId: "primary" });
    assert.deepEqual([primary.id, primary.timeZone], [OWNER, "Asia/Tokyo"]);
    const { data } = await calendar.calendarList.list();
    assert.deepEqual(
      data.items?.map(({ id, summary, timeZone, primary: isPrimary }) => [id, summary, timeZone, isPrimary]),
      [
        [OWNER, OWNER, "Asia/Tokyo", true],
        ["team", "Team", "Europe/Paris", undefined],
      ],
    );
    assert.equal((await calendar.calendarList.get({ calendarId: "team" })).data.summary, "Team");
    assert.equal((await refusal(calendar.calendars.get({ calendarId: "other" }))).status, 404);
  });

  it("tell the account's time zone among its settings", async () => {
    const { data } = await calendar.settings.get({ setting: "timezone" });
    assert.deepEqual([data.kind, data.value], ["calendar#setting", "Asia/Tokyo"]);
    assert.equal((await refusal(calendar.settings.get({ setting: "nothing" }))).status, 404);
  });
});
