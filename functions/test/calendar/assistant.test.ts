import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { agendaOf } from "../../src/calendar/agenda";
import type { AssistantCalendar } from "../../src/calendar/assistantCalendar";
import { bookEvent } from "../../src/calendar/bookEvent";
import { cancelEvent } from "../../src/calendar/cancelEvent";
import { findEvents } from "../../src/calendar/findEvents";
import { findFreeTime } from "../../src/calendar/findFreeTime";
import { SPOKEN_WORK_MS } from "../../src/calendar/limits";
import { moveEvent } from "../../src/calendar/moveEvent";
import type { Ctx } from "../../src/core/ctx";
import { TOOL_TIMEOUT_MS } from "../../src/relay/limits";
import { rejectsWith } from "../support/appError";
import { type CalendarWorld, calendarWorld } from "../support/calendarWorld";
import { eventually } from "../support/eventually";

// A Friday morning in New York; clocks go forward there on Sunday.
const START = new Date("2026-03-06T13:00:00Z");
const ZONE = "America/New_York";

interface Shown {
  summary?: string;
  start?: { dateTime?: string };
}

describe("an assistant with a calendar", () => {
  let calendars: CalendarWorld;
  before(async () => {
    calendars = await calendarWorld(START);
  });
  after(() => calendars.google.stop());

  async function person(uid: string, events: object[] = [], zone = ZONE, more = {}) {
    const account = await calendars.connect(uid, zone, more);
    calendars.google.seed({ account, events });
    const ctx = calendars.as(uid);
    const conversation = (name = "call-1"): AssistantCalendar => ({
      userId: uid,
      conversation: name,
      proven: new Set(),
    });
    const there = () =>
      calendars.google.events(account).filter(({ status }) => status !== "cancelled") as Shown[];
    return { account, ctx, conversation, there };
  }
  const busy = (summary: string, start: string, end: string, more: object = {}) => ({
    summary,
    start: { dateTime: start, timeZone: ZONE },
    end: { dateTime: end, timeZone: ZONE },
    ...more,
  });
  const book = (ctx: Ctx, calendar: AssistantCalendar, start: string, end: string, summary = "Check-up") =>
    bookEvent(ctx, calendar, { summary, start, end });

  it("knows today and the two days after it, in the calendar's own zone", async () => {
    const { ctx } = await person("ann", [
      busy("Past", "2026-03-06T06:00:00", "2026-03-06T07:00:00"),
      busy("Now", "2026-03-06T07:30:00", "2026-03-06T09:00:00"),
      busy("Sunday night", "2026-03-08T23:00:00", "2026-03-08T23:30:00"),
      busy("Monday", "2026-03-09T00:00:00", "2026-03-09T01:00:00"),
      { summary: "Trip", start: { date: "2026-03-08" }, end: { date: "2026-03-10" } },
      { summary: "Far", start: { date: "2026-03-09" }, end: { date: "2026-03-10" } },
    ]);
    const { timeZone, events } = await agendaOf(ctx, "ann");
    assert.equal(timeZone, ZONE);
    assert.deepEqual(
      events.map(({ summary, start }) => [summary, start]),
      [
        ["Now", "2026-03-06T07:30:00-05:00"],
        ["Trip", "2026-03-08"],
        ["Sunday night", "2026-03-08T23:00:00-04:00"],
      ],
    );
  });

  it("knows the days of whoever lives east of the date line as well", async () => {
    const day = (summary: string, date: string, next: string) => ({
      summary,
      start: { date },
      end: { date: next },
    });
    const { ctx } = await person(
      "ava",
      [
        day("Today", "2026-03-07", "2026-03-08"),
        day("Second", "2026-03-08", "2026-03-09"),
        day("Third", "2026-03-09", "2026-03-10"),
        day("Fourth", "2026-03-10", "2026-03-11"),
      ],
      "Pacific/Auckland",
    );
    const { events, more } = await agendaOf(ctx, "ava");
    assert.deepEqual([events.map(({ summary }) => summary), more], [["Today", "Second", "Third"], false]);
  });

  it("books what is free, reads it back, and books nothing twice in one conversation", async () => {
    const { ctx, account, conversation, there } = await person("bob");
    const booked = await book(ctx, conversation(), "2026-03-09T14:00", "2026-03-09T14:30");
    assert.equal(booked.result, "booked");
    assert.equal(booked.result === "booked" && booked.event.start, "2026-03-09T14:00:00-04:00");
    const again = await book(ctx, conversation(), "2026-03-09T14:00:00", "2026-03-09T18:30:00Z");
    assert.deepEqual(again, booked);
    const [one, ...more] = there();
    assert.deepEqual(more, []);
    assert.equal(one?.start?.dateTime, "2026-03-09T14:00:00-04:00");
    assert.equal(calendars.google.counts({ account })["events.insert"], 1);
  });

  it("books again what was cancelled meanwhile", async () => {
    const { ctx, conversation, there } = await person("bea");
    const times = ["2026-03-09T14:00", "2026-03-09T14:30"] as const;
    for (let time = 0; time < 3; time += 1) {
      const booked = await book(ctx, conversation(), ...times);
      assert.ok(booked.result === "booked");
      const cancelled = await cancelEvent(ctx, conversation(), { event_id: booked.event.id });
      assert.equal(cancelled.result, "cancelled");
      assert.deepEqual(there(), []);
      await cancelEvent(ctx, conversation(), { event_id: booked.event.id });
    }
    await rejectsWith("conflict", book(ctx, conversation(), ...times));
  });

  it("does not book where something else is, and says what", async () => {
    const { ctx, conversation, there } = await person("cleo", [
      busy("Dentist", "2026-03-09T14:00:00", "2026-03-09T15:00:00"),
      busy("Optional", "2026-03-09T16:00:00", "2026-03-09T17:00:00", { transparency: "transparent" }),
      { summary: "Closed", start: { date: "2026-03-10" }, end: { date: "2026-03-11" } },
      busy("Weekly", "2026-03-04T11:00:00", "2026-03-04T12:00:00", { recurrence: ["RRULE:FREQ=WEEKLY"] }),
    ]);
    for (const [start, end, by] of [
      ["2026-03-09T13:30", "2026-03-09T14:01", "Dentist"],
      ["2026-03-09T14:15", "2026-03-09T14:20", "Dentist"],
      ["2026-03-09T13:00", "2026-03-09T16:00", "Dentist"],
      ["2026-03-10T09:00", "2026-03-10T10:00", "Closed"],
      ["2026-03-11T11:30", "2026-03-11T12:30", "Weekly"],
    ] as const) {
      const refused = await book(ctx, conversation(), start, end);
      assert.ok(refused.result === "conflict", start);
      assert.deepEqual(
        refused.busy.map(({ summary }) => summary),
        [by],
      );
    }
    const before = there().length;
    for (const [start, end] of [
      ["2026-03-09T15:00", "2026-03-09T15:30"],
      ["2026-03-09T13:30", "2026-03-09T14:00"],
      ["2026-03-09T16:00", "2026-03-09T17:00"],
    ] as const) {
      assert.equal((await book(ctx, conversation(), start, end)).result, "booked");
    }
    assert.equal(there().length, before + 3);
  });

  it("books one of many that want the same time at once", async () => {
    const { ctx, conversation, there } = await person("dan");
    const answers = await Promise.all(
      ["a", "b", "c", "d", "e"].map((name) =>
        book(ctx, conversation(name), "2026-03-09T14:00", "2026-03-09T14:30", `Of ${name}`),
      ),
    );
    const booked = answers.filter(({ result }) => result === "booked");
    assert.ok(booked.length <= 1, "never two");
    assert.equal(there().length, booked.length);
  });

  it("gives way to what a person has entered at the same moment", async () => {
    const { ctx, account, conversation, there } = await person("eve");
    calendars.google.addFault({ account, on: "events.insert", latencyMs: 600 });
    const booking = book(ctx, conversation(), "2026-03-09T14:00", "2026-03-09T14:30");
    await new Promise((resolve) => setTimeout(resolve, 400));
    calendars.google.seed({
      account,
      events: [busy("By hand", "2026-03-09T14:00:00", "2026-03-09T15:00:00")],
    });
    assert.equal((await booking).result, "conflict");
    assert.deepEqual(
      there().map(({ summary }) => summary),
      ["By hand"],
    );
  });

  it("takes times as the clock on the wall shows them, and refuses one that it never or twice shows", async () => {
    const { ctx, conversation } = await person("fay");
    const unclear = ["2026-12-01", "2026-12-01T14:00[Asia/Tokyo]", "tomorrow", "2026-02-30T10:00", ""];
    for (const start of ["2026-03-08T02:30", "2026-11-01T01:30", ...unclear]) {
      const refused = await rejectsWith(
        "invalid_argument",
        book(ctx, conversation(), start, "2026-11-01T05:00"),
      );
      assert.equal(refused.details.field, "start", start);
    }
    const booked = await book(ctx, conversation(), "2026-11-01T01:30-05:00", "2026-11-01T02:00");
    assert.ok(booked.result === "booked");
    assert.equal(booked.event.start, "2026-11-01T01:30:00-05:00");
    for (const [start, end, field] of [
      ["2026-03-06T07:00", "2026-03-06T08:30", "start"],
      ["2026-03-09T10:00", "2026-03-09T10:00", "end"],
      ["2026-03-09T10:00", "2026-03-09T09:00", "end"],
      ["2026-03-09T10:00", "2026-03-11T10:00", "end"],
    ] as const) {
      const refused = await rejectsWith("invalid_argument", book(ctx, conversation(), start, end));
      assert.equal(refused.details.field, field);
    }
  });

  it("finds the gaps of each day, on the day on which clocks change as well", async () => {
    const { ctx, conversation } = await person("gil", [
      busy("Breakfast", "2026-03-08T09:00:00", "2026-03-08T10:00:00"),
      busy("Lunch", "2026-03-08T11:45:00", "2026-03-08T13:00:00"),
      busy("Into it", "2026-03-08T12:30:00", "2026-03-08T14:00:00"),
      busy("Free", "2026-03-08T15:00:00", "2026-03-08T16:00:00", { transparency: "transparent" }),
    ]);
    const { free, time_zone } = await findFreeTime(ctx, conversation(), {
      from: "2026-03-06T16:00",
      to: "2026-03-09T10:00",
      minutes: 60,
      earliest: "09:00",
      latest: "17:00",
    });
    assert.equal(time_zone, ZONE);
    assert.deepEqual(free, [
      { start: "2026-03-06T16:00:00-05:00", end: "2026-03-06T17:00:00-05:00" },
      { start: "2026-03-07T09:00:00-05:00", end: "2026-03-07T17:00:00-05:00" },
      { start: "2026-03-08T10:00:00-04:00", end: "2026-03-08T11:45:00-04:00" },
      { start: "2026-03-08T14:00:00-04:00", end: "2026-03-08T17:00:00-04:00" },
      { start: "2026-03-09T09:00:00-04:00", end: "2026-03-09T10:00:00-04:00" },
    ]);
    const past = await findFreeTime(ctx, conversation(), {
      from: "2026-03-06T00:00",
      to: "2026-03-06T09:00",
      minutes: 5,
      earliest: "00:00",
      latest: "23:59",
    });
    assert.deepEqual(past.free, [{ start: "2026-03-06T08:00:00-05:00", end: "2026-03-06T09:00:00-05:00" }]);
  });

  it("moves an event, one of a series alone, unless the new time is taken", async () => {
    const { ctx, conversation, there } = await person("hal", [
      {
        id: "series00",
        ...busy("Class", "2026-03-09T10:00:00", "2026-03-09T11:00:00", {
          recurrence: ["RRULE:FREQ=DAILY;COUNT=3"],
        }),
      },
      busy("Dentist", "2026-03-10T14:00:00", "2026-03-10T15:00:00"),
    ]);
    const { events } = await findEvents(ctx, conversation(), {
      from: "2026-03-09T00:00",
      to: "2026-03-12T00:00",
    });
    const second = events.filter(({ summary }) => summary === "Class")[1];
    assert.ok(second);
    const to = (start: string, end: string, event_id = second.id) =>
      moveEvent(ctx, conversation(), { event_id, start, end });
    assert.equal((await to("2026-03-10T13:30", "2026-03-10T14:30")).result, "conflict");
    const moved = await to("2026-03-10T10:30", "2026-03-10T11:30");
    assert.ok(moved.result === "booked", "it does not stand in its own way");
    assert.equal(moved.event.start, "2026-03-10T10:30:00-04:00");
    assert.deepEqual(await to("2026-03-10T10:30", "2026-03-10T11:30"), moved);
    const after = await findEvents(ctx, conversation(), { from: "2026-03-09T00:00", to: "2026-03-12T00:00" });
    assert.deepEqual(
      after.events.filter(({ summary }) => summary === "Class").map(({ start }) => start),
      ["2026-03-09T10:00:00-04:00", "2026-03-10T10:30:00-04:00", "2026-03-11T10:00:00-04:00"],
    );
    await rejectsWith("not_found", to("2026-03-12T10:00", "2026-03-12T11:00", "nosuchevent"));
    assert.ok(there().length > 0);
  });

  it("cancels one of a series alone, once, and takes the id of a series for none", async () => {
    const series = { id: "series00", ...busy("Class", "2026-03-09T10:00:00", "2026-03-09T11:00:00") };
    const { ctx, conversation } = await person("lou", [
      { ...series, recurrence: ["RRULE:FREQ=DAILY;COUNT=3"] },
    ]);
    const classes = async () =>
      (await findEvents(ctx, conversation(), { from: "2026-03-09T00:00", to: "2026-03-12T00:00" })).events;
    const second = (await classes())[1]?.id ?? "";
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await cancelEvent(ctx, conversation(), { event_id: second })).result, "cancelled");
      assert.equal((await classes()).length, 2);
    }
    const times = { start: "2026-03-13T10:00", end: "2026-03-13T11:00" };
    await rejectsWith("not_found", cancelEvent(ctx, conversation(), { event_id: "series00" }));
    await rejectsWith("not_found", moveEvent(ctx, conversation(), { event_id: "series00", ...times }));
    assert.equal((await classes()).length, 2);
  });

  it("knows every event although Google gives short pages", async () => {
    const events = [
      busy("Free", "2026-03-09T13:00:00", "2026-03-09T14:30:00", { transparency: "transparent" }),
      busy("Dentist", "2026-03-09T14:00:00", "2026-03-09T15:00:00"),
    ];
    const { ctx, conversation } = await person("max", events, ZONE, { pageSizeMax: 1 });
    assert.equal(
      (await book(ctx, conversation(), "2026-03-09T14:00", "2026-03-09T14:30")).result,
      "conflict",
    );
    const { free } = await findFreeTime(ctx, conversation(), {
      from: "2026-03-09T12:00",
      to: "2026-03-09T16:00",
      minutes: 30,
      earliest: "12:00",
      latest: "16:00",
    });
    assert.deepEqual(
      free.map(({ start }) => start),
      ["2026-03-09T12:00:00-04:00", "2026-03-09T15:00:00-04:00"],
    );
    assert.equal((await agendaOf(ctx, "max")).more, true);
  });

  it("books once where it is asked twice at the same time, and says so both times", async () => {
    const { ctx, conversation, there } = await person("ned");
    const calendar = conversation();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => book(ctx, calendar, "2026-03-09T14:00", "2026-03-09T14:30")),
    );
    assert.deepEqual(new Set(answers.map(({ result }) => result)), new Set(["booked"]));
    assert.equal(there().length, 1);
  });

  it("does not say that it is booked where somebody came before the answer, and does not undo what it has said", async () => {
    const { ctx, account, conversation, there } = await person("ola");
    const calendar = conversation();
    const times = ["2026-03-09T14:00", "2026-03-09T14:30"] as const;
    calendars.google.addFault({ account, on: "events.insert", drop: "before", afterDoing: true });
    await rejectsWith("provider_unavailable", book(ctx, calendar, ...times));
    const byHand = busy("By hand", "2026-03-09T14:00:00", "2026-03-09T15:00:00");
    calendars.google.seed({ account, events: [byHand] });
    assert.equal((await book(ctx, calendar, ...times)).result, "conflict");
    assert.deepEqual(
      there().map(({ summary }) => summary),
      ["By hand"],
    );

    const other = ["2026-03-10T14:00", "2026-03-10T14:30"] as const;
    assert.equal((await book(ctx, calendar, ...other)).result, "booked");
    calendars.google.seed({ account, events: [busy("Later", "2026-03-10T14:00:00", "2026-03-10T15:00:00")] });
    assert.equal((await book(ctx, calendar, ...other)).result, "booked", "what was promised stands");
    assert.equal(there().length, 3);
  });

  it("moves an event back where somebody came at the same moment", async () => {
    const { ctx, account, conversation, there } = await person("pia", [
      { id: "moving00", ...busy("Class", "2026-03-09T10:00:00", "2026-03-09T11:00:00") },
    ]);
    calendars.google.addFault({ account, on: "events.patch", latencyMs: 600 });
    const moving = moveEvent(ctx, conversation(), {
      event_id: "moving00",
      start: "2026-03-09T14:00",
      end: "2026-03-09T15:00",
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    calendars.google.seed({
      account,
      events: [busy("By hand", "2026-03-09T14:30:00", "2026-03-09T15:30:00")],
    });
    assert.equal((await moving).result, "conflict");
    assert.deepEqual(
      there().map(({ summary, start }) => [summary, start?.dateTime]),
      [
        ["Class", "2026-03-09T10:00:00-04:00"],
        ["By hand", "2026-03-09T14:30:00-04:00"],
      ],
    );
  });

  it("does not change what was changed meanwhile", async () => {
    const { ctx, account, conversation } = await person("ida", [
      { id: "changing", ...busy("Class", "2026-03-09T10:00:00", "2026-03-09T11:00:00") },
    ]);
    calendars.google.addFault({ account, on: "events.patch", status: 412, reason: "conditionNotMet" });
    await rejectsWith(
      "conflict",
      moveEvent(ctx, conversation(), {
        event_id: "changing",
        start: "2026-03-09T12:00",
        end: "2026-03-09T13:00",
      }),
    );
    calendars.google.addFault({ account, on: "events.delete", status: 412, reason: "conditionNotMet" });
    await rejectsWith("conflict", cancelEvent(ctx, conversation(), { event_id: "changing" }));
    calendars.google.clearFaults();
  });

  it("never takes for booked what Google did not say, and asking again books it once", async () => {
    const { ctx, account, conversation, there } = await person("jo");
    const times = ["2026-03-09T14:00", "2026-03-09T14:30"] as const;
    for (const fault of [
      { status: 503 },
      { drop: "before" as const },
      { drop: "before" as const, afterDoing: true },
    ]) {
      calendars.google.addFault({ account, on: "events.insert", ...fault });
      await rejectsWith("provider_unavailable", book(ctx, conversation(), ...times));
    }
    assert.equal((await book(ctx, conversation(), ...times)).result, "booked");
    assert.equal(there().length, 1);
  });

  it("is told of texts that are too long in part, and of every event as data", async () => {
    const { ctx, conversation } = await person("kim", [
      busy("x".repeat(900), "2026-03-09T14:00:00", "2026-03-09T15:00:00", { description: "🙂".repeat(500) }),
    ]);
    const { events, more } = await findEvents(ctx, conversation(), {
      from: "2026-03-09T00:00",
      to: "2026-03-10T00:00",
    });
    assert.equal(events[0]?.summary.length, 301);
    assert.ok(events[0]?.description?.isWellFormed());
    assert.equal(more, false);
    for (const [from, to] of [
      ["2026-03-10T00:00", "2026-03-09T00:00"],
      ["2026-03-01T00:00", "2026-06-01T00:00"],
    ] as const) {
      await rejectsWith("invalid_argument", findEvents(ctx, conversation(), { from, to }));
    }
  });

  it("lets stand what it has booked a while ago, whoever came later, also when it is asked over another socket", async () => {
    const { ctx, account, conversation, there } = await person("quin");
    const times = ["2026-03-09T14:00", "2026-03-09T15:00"] as const;
    const booked = await book(ctx, conversation(), ...times);
    assert.equal(booked.result, "booked");
    calendars.world.pass(60);
    calendars.google.seed({ account, events: [busy("Later", "2026-03-09T14:45:00", "2026-03-09T16:00:00")] });
    assert.deepEqual(await book(ctx, conversation(), ...times), booked);
    assert.equal(there().length, 2);
  });

  it("does not take for booked what it has booked and moved since", async () => {
    const { ctx, conversation, there } = await person("rob");
    const calendar = conversation();
    const times = ["2026-03-09T14:00", "2026-03-09T15:00"] as const;
    const booked = await book(ctx, calendar, ...times);
    assert.ok(booked.result === "booked");
    const [start, end] = ["2026-03-09T14:30", "2026-03-09T15:30"];
    await moveEvent(ctx, calendar, { event_id: booked.event.id, start, end });
    for (const asked of [calendar, conversation()]) {
      const again = await book(ctx, asked, ...times);
      assert.ok(again.result === "conflict");
      assert.deepEqual(
        again.busy.map((event) => [event.id, event.start]),
        [[booked.event.id, "2026-03-09T14:30:00-04:00"]],
      );
    }
    assert.deepEqual(
      there().map((event) => event.start?.dateTime),
      ["2026-03-09T14:30:00-04:00"],
    );
  });

  it("moves a whole day back, too", async () => {
    const { ctx, account, conversation } = await person("sue", [
      { id: "trip00000", summary: "Trip", start: { date: "2026-03-09" }, end: { date: "2026-03-10" } },
    ]);
    calendars.google.addFault({ account, on: "events.patch", latencyMs: 600 });
    const moving = moveEvent(ctx, conversation(), {
      event_id: "trip00000",
      start: "2026-03-11T14:00",
      end: "2026-03-11T15:00",
    });
    await eventually(async () => assert.equal(calendars.google.counts({ account })["events.patch"], 1));
    const byHand = busy("By hand", "2026-03-11T14:30:00", "2026-03-11T15:30:00");
    calendars.google.seed({ account, events: [byHand] });
    assert.equal((await moving).result, "conflict");
    const [start, end] = [{ date: "2026-03-09" }, { date: "2026-03-10" }];
    assert.partialDeepStrictEqual(calendars.google.events(account)[0], { summary: "Trip", start, end });
  });

  it("begins no change that it could not see the end of while somebody waits", async () => {
    assert.ok(SPOKEN_WORK_MS < TOOL_TIMEOUT_MS);
    const free = (id: string) =>
      busy("Free", "2026-03-09T13:00:00", "2026-03-09T16:00:00", { id, transparency: "transparent" });
    // Three pages to be looked through, each slow.
    const slow = async (uid: string) => {
      const someone = await person(uid, ["free00000", "free11111", "free22222"].map(free), ZONE, {
        pageSizeMax: 1,
      });
      const { account } = someone;
      calendars.google.addFault({ account, on: "events.list", latencyMs: 1_800, times: 4 });
      calendars.google.addFault({ account, on: "events.get", latencyMs: 1_900 });
      return someone;
    };
    const changes = {
      "events.insert": (ctx: Ctx, calendar: AssistantCalendar) =>
        book(ctx, calendar, "2026-03-09T14:00", "2026-03-09T15:00"),
      "events.patch": (ctx: Ctx, calendar: AssistantCalendar) =>
        moveEvent(ctx, calendar, {
          event_id: "free00000",
          start: "2026-03-09T14:00",
          end: "2026-03-09T15:00",
        }),
      "events.delete": (ctx: Ctx, calendar: AssistantCalendar) =>
        cancelEvent(ctx, calendar, { event_id: "free11111" }),
    };
    await Promise.all(
      Object.entries(changes).map(async ([operation, change], at) => {
        const { ctx, account, conversation } = await slow(`slow${at}`);
        const refused = await rejectsWith("provider_unavailable", change(ctx, conversation()));
        assert.match(refused.safeMessage, /nothing was changed/, operation);
        assert.equal(calendars.google.counts({ account })[operation], undefined);
        calendars.google.clearFaults({ account });
        await change(ctx, conversation());
        assert.equal(calendars.google.counts({ account })[operation], 1, "asked again");
      }),
    );
  });

  it("has no free time to give of what is past, and says so", async () => {
    const { ctx, account, conversation } = await person("tim");
    const calendar = conversation();
    const hours = { minutes: 30, earliest: "00:00", latest: "23:59" };
    const today = { from: "2026-03-06T00:00", ...hours };
    await findFreeTime(ctx, calendar, { ...today, to: "2026-03-06T23:00" });
    const before = calendars.google.counts({ account })["events.list"];
    const refused = await rejectsWith(
      "invalid_argument",
      findFreeTime(ctx, calendar, { ...today, to: "2026-03-06T07:00" }),
    );
    assert.match(refused.safeMessage, /past.*list the events/);
    assert.equal(calendars.google.counts({ account })["events.list"], before);
  });
});
