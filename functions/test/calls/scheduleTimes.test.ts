import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { scheduleInput } from "../../src/calls/schemas";
import { scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import type { Ctx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { rejectsWith } from "../support/appError";
import { callWorld } from "../support/callWorld";
import { startTaskQueue, type TaskQueue } from "../support/dispatchTasks";
import { addAccounts } from "../support/dispatchWorld";
import { freshPhone, phoneCalls, scriptPhone } from "../support/phone";

const DAY_SECONDS = 86_400;
const ANN = newId();

const stored = async (ctx: Ctx, id: string) => (await scheduledCalls(ctx.db).doc(id).get()).data();

/** Schedules a call for this time, written so, to a phone that nobody takes. */
async function scheduleAt(ctx: Ctx, scheduled_time: string, more: object = {}) {
  const phone = freshPhone();
  await scriptPhone(phone, { answer: "busy", ringMs: 10 });
  const input = scheduleInput.parse({ phone_number: phone, scenario: "survey", scheduled_time, ...more });
  const { id } = await scheduleCall(ctx, input);
  return { id, phone };
}

before(() => addAccounts([ANN]));

/** Clocks in New York go forward on 2027-03-14 at 02:00, and back on 2027-11-07 at 02:00. */
describe("the time of a scheduled call, on a day when clocks are changed", () => {
  for (const { written, instant, what } of [
    { written: "2027-03-14T02:30:00-05:00", instant: "2027-03-14T07:30:00Z", what: "in the hour left out" },
    {
      written: "2027-03-14T02:30:00-04:00",
      instant: "2027-03-14T06:30:00Z",
      what: "in it, by the new offset",
    },
    { written: "2027-11-07T01:30:00-04:00", instant: "2027-11-07T05:30:00Z", what: "the first 01:30" },
    { written: "2027-11-07T01:30:00-05:00", instant: "2027-11-07T06:30:00Z", what: "the second 01:30" },
  ]) {
    it(`is the instant that it says: ${what}, ${written}`, async () => {
      const at = new Date(instant);
      const { world, as, system } = callWorld({}, new Date(at.getTime() - 7_200_000));
      const { id, phone } = await scheduleAt(as(ANN), written, { time_zone: "America/New_York" });
      assert.equal((await stored(system, id))?.at.toDate().toISOString(), at.toISOString());
      // An hour and some seconds before: at the same time by the clock on the wall, on one of these days.
      for (const seconds of [3_600, 3_590]) {
        world.pass(seconds);
        assert.equal(await dialScheduled(system, id), "later");
        assert.deepEqual(await phoneCalls(phone), []);
      }
      world.pass(10);
      assert.equal(await dialScheduled(system, id), "placed");
      assert.equal((await phoneCalls(phone)).length, 1);
    });
  }

  for (const { written, becomes } of [
    { written: "2027-03-13T12:59:59Z", becomes: "refused" },
    { written: "2027-03-13T13:00:00Z", becomes: "placed" },
    { written: "2027-03-14T11:59:59Z", becomes: "refused" },
    { written: "2027-03-14T12:00:00Z", becomes: "placed" },
    { written: "2027-03-15T00:59:59Z", becomes: "placed" },
    { written: "2027-03-15T01:00:00Z", becomes: "refused" },
    { written: "2027-11-06T12:00:00Z", becomes: "placed" },
    { written: "2027-11-07T12:00:00Z", becomes: "refused" },
    { written: "2027-11-07T13:00:00Z", becomes: "placed" },
  ]) {
    it(`is within the hours of its place, or not, by the clock there: ${written} is ${becomes}`, async () => {
      const settings = { CALL_HOURS: "08:00-21:00" };
      const { world, as, system } = callWorld(settings, new Date(Date.parse(written) - 3_600_000));
      const { id, phone } = await scheduleAt(as(ANN), written, { time_zone: "America/New_York" });
      world.pass(3_600);
      assert.equal(await dialScheduled(system, id), becomes);
      const call = await stored(system, id);
      assert.equal(call?.status, becomes);
      if (becomes === "refused") assert.match(call?.reason ?? "", /\(America\/New_York\)/);
      assert.equal((await phoneCalls(phone)).length, becomes === "placed" ? 1 : 0);
    });
  }
});

describe("a call scheduled far ahead", () => {
  let world: ReturnType<typeof callWorld>;
  let queue: TaskQueue;
  beforeEach(async () => {
    world = callWorld();
    queue = await startTaskQueue(() => world.world.now());
  });
  afterEach(() => queue.stop());

  const inSeconds = (seconds: number) =>
    new Date(world.world.now().getTime() + seconds * 1_000).toISOString();
  const pass = (seconds: number) => world.world.pass(seconds);

  it("within 29 days is handed over to Cloud Tasks at once, for its time", async () => {
    const time = inSeconds(29 * DAY_SECONDS);
    const { id } = await scheduleAt(world.as(ANN), time);
    assert.deepEqual(queue.tasks, [{ id, at: new Date(time), data: { data: { scheduledId: id } } }]);
    assert.deepEqual(await sweepScheduled(world.system), { read: 0 });
  });

  for (const days of [31, 364]) {
    it(`of ${days} days is handed over by the sweep, as soon as Cloud Tasks takes it and not before, and dialled at its time`, async () => {
      const time = inSeconds(days * DAY_SECONDS);
      const { id, phone } = await scheduleAt(world.as(ANN), time);
      // To the last minute before.
      for (const seconds of [(days - 29) * DAY_SECONDS - 60, 59]) {
        await sweepScheduled(world.system);
        assert.deepEqual([queue.tasks, queue.refused], [[], []]);
        pass(seconds);
      }
      pass(1);
      await sweepScheduled(world.system);
      await sweepScheduled(world.system);
      assert.deepEqual(
        queue.tasks.map(({ id, at }) => [id, at]),
        [[id, new Date(time)]],
      );
      assert.deepEqual(queue.refused, []);
      assert.equal((await stored(world.system, id))?.isEnqueued, true);
      pass(29 * DAY_SECONDS - 10);
      assert.equal(await dialScheduled(world.system, id), "later");
      pass(10);
      assert.equal(await dialScheduled(world.system, id), "placed");
      assert.equal((await phoneCalls(phone)).length, 1);
    });
  }

  it("is handed over once, though two sweeps do it at once", async () => {
    const { id } = await scheduleAt(world.as(ANN), inSeconds(31 * DAY_SECONDS));
    pass(2 * DAY_SECONDS);
    // Who takes the other for dead does not wait for it.
    const hasty = { ...world.system, now: () => new Date(world.world.now().getTime() + 121_000) };
    await Promise.all([sweepScheduled(world.system), sweepScheduled(hasty)]);
    assert.deepEqual(
      queue.tasks.map((task) => task.id),
      [id],
    );
    assert.deepEqual(await sweepScheduled(world.system), { read: 0 });
  });

  it("may be a year of 365 days ahead and not a second more", async () => {
    const ann = world.as(ANN);
    await scheduleAt(ann, inSeconds(365 * DAY_SECONDS));
    for (const seconds of [365 * DAY_SECONDS + 1, 366 * DAY_SECONDS, 7_000 * 365 * DAY_SECONDS])
      await rejectsWith("invalid_argument", scheduleAt(ann, inSeconds(seconds)));
    assert.deepEqual([queue.tasks, queue.refused], [[], []]);
  });
});

describe("a scheduled time", () => {
  it("that is no instant is refused, and nothing is stored", async () => {
    const { world, as } = callWorld({}, new Date("2026-11-20T12:00:00Z"));
    const ann = as(ANN);
    for (const written of [
      "2026-12-01T14:00:00",
      "2026-12-01T14:00",
      "2026-12-01 14:00:00Z",
      "2026-12-01T24:00:00Z",
      "2026-12-01T14:60:00Z",
      "2026-12-01T23:59:60Z",
      "2026-12-01T14:00:00+99:99",
      "2026-12-01T14:00:00 -05:00",
      "2026-12-01T14:00:00\u221205:00",
      "2026-13-01T14:00:00Z",
      "2026-02-29T14:00:00Z",
      "2026-11-31T14:00:00Z",
      "2026-W49-2T14:00:00Z",
      "+002026-12-01T14:00:00Z",
      "-002026-12-01T14:00:00Z",
      "0000-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z",
      "1796130000",
      " 2026-12-01T14:00:00Z",
      "2026-12-01T14:00:00Z\n",
      "tomorrow",
      "",
    ])
      await assert.rejects(scheduleAt(ann, written), /scheduled_time/, written);
    for (const seconds of [-1, 0, 59]) {
      const time = new Date(world.now().getTime() + seconds * 1_000).toISOString();
      await rejectsWith("invalid_argument", scheduleAt(ann, time));
    }
    assert.equal((await scheduledCalls(world.db).get()).size, 0);
  });

  it("is kept to the millisecond, whatever its offset", async () => {
    const { as, system } = callWorld({}, new Date("2026-11-20T12:00:00Z"));
    for (const [written, instant] of [
      ["2026-12-01T14:00:00+05:45", "2026-12-01T08:15:00.000Z"],
      ["2026-12-01T00:30:00.250+14:00", "2026-11-30T10:30:00.250Z"],
      ["2026-12-01T23:30:00-12:00", "2026-12-02T11:30:00.000Z"],
      ["2028-02-29T12:00:00Z", undefined],
    ] as const) {
      const scheduling = scheduleAt(as(ANN), written);
      if (instant === undefined) await rejectsWith("invalid_argument", scheduling);
      else {
        const { id } = await scheduling;
        assert.equal((await stored(system, id))?.at.toDate().toISOString(), instant);
      }
    }
  });
});
