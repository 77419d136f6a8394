import assert from "node:assert/strict";
import { InvalidRecurrence } from "../../../simulators/google/recurrence/invalidRecurrence.js";
import { occurrencesOf, readSeries } from "../../../simulators/google/recurrence/series.js";
import { epochOf, formatInZone, isTimeZone } from "../../../simulators/google/time/zones.js";

const local = (text: string) => Date.parse(`${text}Z`);
const shown = (localMs: number) => new Date(localMs).toISOString().slice(0, 16);
const DAY_END = local("2300-01-01T00:00");

function occurrences(
  start: string,
  lines: string[],
  to = DAY_END,
  zone: string | undefined = "America/New_York",
) {
  return occurrencesOf(readSeries(lines, local(start), zone), Number.NEGATIVE_INFINITY, to).map(shown);
}

/** Days of a series that starts at 09:00, most of them examples of RFC 5545. */
const RULES: [what: string, start: string, rule: string, days: string][] = [
  ["each day, so many times", "1997-09-02", "FREQ=DAILY;COUNT=3", "1997-09-02 1997-09-03 1997-09-04"],
  ["every tenth day", "1997-09-02", "FREQ=DAILY;INTERVAL=10;COUNT=3", "1997-09-02 1997-09-12 1997-09-22"],
  [
    "until an instant, included",
    "1997-12-22",
    "FREQ=DAILY;UNTIL=19971224T140000Z",
    "1997-12-22 1997-12-23 1997-12-24",
  ],
  ["until before an instant", "1997-12-22", "FREQ=DAILY;UNTIL=19971224T135959Z", "1997-12-22 1997-12-23"],
  ["until a day, included", "1997-12-22", "FREQ=DAILY;UNTIL=19971223", "1997-12-22 1997-12-23"],
  ["each week", "1997-09-02", "FREQ=WEEKLY;COUNT=3", "1997-09-02 1997-09-09 1997-09-16"],
  [
    "every other week on two days",
    "1997-09-02",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH",
    "1997-09-02 1997-09-04 1997-09-16 1997-09-18",
  ],
  [
    "weeks that begin on Monday",
    "1997-08-05",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "1997-08-05 1997-08-10 1997-08-19 1997-08-24",
  ],
  [
    "weeks that begin on Sunday",
    "1997-08-05",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "1997-08-05 1997-08-17 1997-08-19 1997-08-31",
  ],
  ["each first Friday", "1997-09-05", "FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05 1997-10-03 1997-11-07"],
  [
    "the second to last Monday",
    "1997-09-22",
    "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO",
    "1997-09-22 1997-10-20 1997-11-17",
  ],
  [
    "the third from the end",
    "1997-09-28",
    "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3",
    "1997-09-28 1997-10-29 1997-11-28",
  ],
  [
    "months that have a 31st",
    "1997-01-31",
    "FREQ=MONTHLY;COUNT=4",
    "1997-01-31 1997-03-31 1997-05-31 1997-07-31",
  ],
  [
    "each Friday the 13th",
    "1997-09-02",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3",
    "1998-02-13 1998-03-13 1998-11-13",
  ],
  [
    "the last workday of a month",
    "1997-09-30",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
    "1997-09-30 1997-10-31 1997-11-28",
  ],
  ["each 29 February", "1996-02-29", "FREQ=YEARLY;COUNT=3", "1996-02-29 2000-02-29 2004-02-29"],
  [
    "the fourth Thursday of November",
    "1997-11-27",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=3",
    "1997-11-27 1998-11-26 1999-11-25",
  ],
];

describe("Simulated recurrence", () => {
  for (const [what, start, rule, days] of RULES) {
    it(`knows ${what}`, () => {
      const found = occurrences(`${start}T09:00`, [`RRULE:${rule}`]);
      assert.deepEqual(
        found,
        days.split(" ").map((day) => `${day}T09:00`),
      );
    });
  }

  it("leaves out EXDATE and puts in RDATE, in whatever zone they are written", () => {
    const lines = [
      "RRULE:FREQ=DAILY;COUNT=5",
      "EXDATE:20260302T140000Z",
      "EXDATE;TZID=America/New_York:20260303T090000,20260305T090001",
      "EXDATE;TZID=Europe/Berlin:20260304T150000",
      "RDATE;TZID=America/New_York:20260401T120000",
    ];
    assert.deepEqual(occurrences("2026-03-01T09:00", lines), [
      "2026-03-01T09:00",
      "2026-03-05T09:00",
      "2026-04-01T12:00",
    ]);
  });

  it("comes to an end also where a rule names no day at all", () => {
    const lines = ["RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31;UNTIL=20300101"];
    assert.deepEqual(occurrences("2026-03-01T09:00", lines, Number.POSITIVE_INFINITY), []);
  });

  it("goes on for ever without COUNT and UNTIL", () => {
    const lines = ["RRULE:FREQ=DAILY"];
    const found = occurrences("2000-01-01T09:00", lines, local("2026-01-01T00:00"));
    assert.deepEqual([found.length, found.at(-1)], [9_497, "2025-12-31T09:00"]);
  });

  for (const line of [
    "RRULE:FREQ=HOURLY",
    "RRULE:FREQ=DAILY;BYHOUR=9",
    "RRULE:FREQ=DAILY;COUNT=0",
    "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101",
    "RRULE:FREQ=WEEKLY;BYDAY=XX",
    "RRULE:FREQ=WEEKLY;BYDAY=1MO",
    "RRULE:FREQ=DAILY;UNTIL=20260231",
    "RRULE:COUNT=2",
    "EXDATE;TZID=Mars/Base:20260101T000000",
    "DTSTART:20260101T000000Z",
    "weekly",
  ]) {
    it(`refuses ${line}`, () => {
      assert.throws(() => occurrences("2026-01-01T09:00", [line]), InvalidRecurrence);
    });
  }
});

describe("Simulated time zones", () => {
  it("read a time that the clocks skip by the offset before, and one that they show twice as the first", () => {
    const at = (text: string, zone: string) => new Date(epochOf(local(text), zone)).toISOString();
    assert.equal(at("2026-03-29T02:30:00", "Europe/Berlin"), "2026-03-29T01:30:00.000Z");
    assert.equal(at("2026-10-25T02:30:00", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
    assert.equal(at("2026-03-08T02:30:00", "America/New_York"), "2026-03-08T07:30:00.000Z");
    assert.equal(at("2026-11-01T01:30:00", "America/New_York"), "2026-11-01T05:30:00.000Z");
    assert.equal(at("2026-06-01T00:00:00", "Asia/Kolkata"), "2026-05-31T18:30:00.000Z");
  });

  it("write the offset of the day", () => {
    const noon = Date.parse("2026-07-01T12:00:00Z");
    assert.equal(formatInZone(noon, "Asia/Kathmandu"), "2026-07-01T17:45:00+05:45");
    assert.equal(formatInZone(noon, "America/St_Johns"), "2026-07-01T09:30:00-02:30");
    assert.equal(formatInZone(noon, "UTC"), "2026-07-01T12:00:00Z");
  });

  it("are those of the IANA database alone", () => {
    assert.deepEqual(["Europe/Berlin", "UTC", "+02:00", "Mars/Base", ""].map(isTimeZone), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
