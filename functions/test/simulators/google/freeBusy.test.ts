import assert from "node:assert/strict";
import type { calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import { type GoogleSimulator, startGoogleSimulator } from "../../../simulators/google/server.js";
import { CALENDAR, calendarOf, refusal, timed } from "./sdk.js";

const OWNER = "busy@example.com";
const DAY = { timeMin: "2026-05-04T00:00:00Z", timeMax: "2026-05-05T00:00:00Z" };

describe("Simulated free and busy times, by Google's SDK", () => {
  let simulator: GoogleSimulator;
  let calendar: calendar_v3.Calendar;
  before(async () => {
    simulator = await startGoogleSimulator();
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.addAccount({ email: OWNER, timeZone: "UTC", calendars: [{ id: "team" }] });
    calendar = calendarOf(simulator, OWNER, `${CALENDAR}.freebusy`);
  });

  const at = (from: string, to: string, more: object = {}) => ({
    ...timed("x", `2026-05-04T${from}:00`, `2026-05-04T${to}:00`, "UTC"),
    ...more,
  });

  async function query(items: string[], more: object = {}) {
    const requestBody = { ...DAY, items: items.map((id) => ({ id })), ...more };
    return (await calendar.freebusy.query({ requestBody })).data.calendars ?? {};
  }

  it("are joined where they overlap or touch, and cut to what is asked for", async () => {
    simulator.seed({
      account: OWNER,
      events: [
        timed("night", "2026-05-03T23:00:00", "2026-05-04T01:00:00", "UTC"),
        at("10:00", "11:00"),
        at("09:00", "10:30"),
        at("11:00", "11:15"),
        at("13:00", "14:00"),
      ],
    });
    const { primary } = await query(["primary"]);
    assert.deepEqual(primary?.busy, [
      { start: "2026-05-04T00:00:00Z", end: "2026-05-04T01:00:00Z" },
      { start: "2026-05-04T09:00:00Z", end: "2026-05-04T11:15:00Z" },
      { start: "2026-05-04T13:00:00Z", end: "2026-05-04T14:00:00Z" },
    ]);
  });

  it("leave out what is free, cancelled or declined, and have each instance of a recurring event", async () => {
    simulator.seed({
      account: OWNER,
      events: [
        at("08:00", "09:00", { transparency: "transparent" }),
        at("10:00", "11:00", { status: "cancelled" }),
        at("12:00", "13:00", { attendees: [{ email: OWNER, responseStatus: "declined" }] }),
        at("14:00", "15:00", { attendees: [{ email: OWNER, responseStatus: "tentative" }] }),
        {
          ...timed("x", "2026-04-01T17:00:00", "2026-04-01T18:00:00", "UTC"),
          recurrence: ["RRULE:FREQ=DAILY"],
        },
      ],
    });
    const { primary } = await query(["primary"]);
    assert.deepEqual(
      primary?.busy?.map(({ start }) => start),
      ["2026-05-04T14:00:00Z", "2026-05-04T17:00:00Z"],
    );
  });

  it("are each calendar's own, shown in the zone that is asked for; an unknown one is an error of its own", async () => {
    simulator.seed({
      account: OWNER,
      calendarId: "team",
      events: [at("10:00", "11:00")],
    });
    const busy = await query([OWNER, "team", "stranger@example.com"], { timeZone: "Asia/Kolkata" });
    assert.deepEqual(busy, {
      [OWNER]: { busy: [] },
      team: { busy: [{ start: "2026-05-04T15:30:00+05:30", end: "2026-05-04T16:30:00+05:30" }] },
      "stranger@example.com": { errors: [{ domain: "global", reason: "notFound" }], busy: [] },
    });
  });

  it("are refused for no span, an empty one, a zone that is none, and more than fifty calendars", async () => {
    const attempt = (more: object, items: string[] = []) => refusal(query(items, more));
    assert.equal((await attempt({ timeMin: undefined })).reason, "required");
    assert.equal((await attempt({ timeMin: "2026-05-04" })).reason, "badRequest");
    assert.equal((await attempt({ timeMax: DAY.timeMin })).reason, "timeRangeEmpty");
    assert.equal((await attempt({ timeZone: "Mars/Base" })).reason, "invalid");
    const many = Array.from({ length: 51 }, (_, index) => `calendar${index}`);
    assert.equal((await attempt({}, many)).reason, "tooManyCalendarsRequested");
  });

  it("need their own scope: that of events is not enough", async () => {
    const events = calendarOf(simulator, OWNER, `${CALENDAR}.events`);
    const { status, reason } = await refusal(events.freebusy.query({ requestBody: DAY }));
    assert.deepEqual([status, reason], [403, "insufficientPermissions"]);
  });
});
