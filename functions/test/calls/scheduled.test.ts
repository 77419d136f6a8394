import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { cancelScheduledCall } from "../../src/calls/cancelScheduled";
import { checkCalls } from "../../src/calls/checkCalls";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { optOut } from "../../src/calls/doNotCall";
import { listScheduledCalls } from "../../src/calls/readScheduled";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { type ScheduleInput, scheduleInput } from "../../src/calls/schemas";
import { scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import type { Ctx } from "../../src/core/ctx";
import { rejectsWith } from "../support/appError";
import { callWorld, withAccounts } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { addPhoneFault, freshPhone, phoneCalls, scriptPhone } from "../support/phone";

function input(ctx: Ctx, phone_number: string, seconds: number): ScheduleInput {
  const scheduled_time = new Date(ctx.now().getTime() + seconds * 1_000).toISOString();
  return scheduleInput.parse({ phone_number, scenario: "survey", scheduled_time });
}

const stored = async (ctx: Ctx, id: string) => (await scheduledCalls(ctx.db).doc(id).get()).data();

/** A call for an hour later, to a phone that nobody takes. */
async function scheduled(settings = {}) {
  const world = callWorld(settings);
  const ann = world.as("ann");
  const phone = freshPhone();
  await withAccounts("ann");
  await scriptPhone(phone, { answer: "busy", ringMs: 10 });
  const { id } = await scheduleCall(ann, input(ann, phone, 3_600));
  return { ...world, ann, phone, id };
}

describe("a scheduled call", () => {
  it("is dialled at its time and not before, exactly once, whoever tries", async () => {
    const { world, ann, system, phone, id } = await scheduled();
    assert.equal(await dialScheduled(system, id), "later");
    world.pass(3_600);
    const outcomes = await Promise.all([
      ...Array.from({ length: 4 }, () => dialScheduled(system, id)),
      sweepScheduled(system),
    ]);
    assert.ok(outcomes.filter((outcome) => outcome === "placed").length <= 1);
    assert.equal(await dialScheduled(system, id), "nothing");
    const [call] = await phoneCalls(phone);
    assert.equal((await phoneCalls(phone)).length, 1);
    const { calls } = await listScheduledCalls(ann, { limit: 10 });
    assert.equal(calls[0]?.status, "placed");
    assert.equal(calls[0]?.call_sid, call?.sid);
  });

  it("is handed over by the sweep where it is farther than Cloud Tasks reaches, and dialled by it where that fails", async () => {
    const { world, as, system } = callWorld();
    const ann = as("ann");
    const phone = freshPhone();
    await withAccounts("ann");
    await scriptPhone(phone, { answer: "busy", ringMs: 10 });
    const { id } = await scheduleCall(ann, input(ann, phone, 364 * 86_400));
    assert.equal((await stored(ann, id))?.isEnqueued, false);
    assert.deepEqual(await sweepScheduled(system), { read: 0 });
    world.pass(335 * 86_400 + 60);
    assert.deepEqual(await sweepScheduled(system), { read: 1 });
    world.pass(29 * 86_400);
    await sweepScheduled(system);
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("that could not be placed for 15 minutes is missed, and not dialled any more", async () => {
    const { world, system, ann, phone, id } = await scheduled();
    world.pass(3_600 + 15 * 60 + 1);
    await sweepScheduled(system);
    assert.equal((await stored(ann, id))?.status, "missed");
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("waits where the user's limits are in its way, and is placed as soon as they are not", async () => {
    const { world, system, ann, phone, id } = await scheduled();
    const others = [freshPhone(), freshPhone()];
    for (const other of others) {
      await scriptPhone(other, { answer: "busy" });
      await scheduleCall(ann, input(ann, other, 3_600));
    }
    world.pass(3_600);
    await sweepScheduled(system);
    const open = await scheduledCalls(ann.db).where("status", "==", "scheduled").get();
    assert.equal(open.size, 1);
    world.pass(61);
    await sweepScheduled(system);
    assert.equal((await stored(ann, id))?.status, "placed");
    for (const one of [phone, ...others]) assert.equal((await phoneCalls(one)).length, 1);
  });

  it("that the gate refuses says why, and is not tried again", async () => {
    const { world, system, ann, phone, id } = await scheduled();
    await optOut(system, phone, "call");
    world.pass(3_600);
    assert.equal(await dialScheduled(system, id), "refused");
    const call = await stored(ann, id);
    assert.match(call?.reason ?? "", /do-not-call/);
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("is not dialled where the do-not-call list cannot be read", async () => {
    const { world, system, phone, id } = await scheduled();
    world.pass(3_600);
    await world.db.doc(`doNotCall/${phone}`).set({ userIds: "not a list" });
    await assert.rejects(dialScheduled(system, id));
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("whose placing Twilio did not confirm is found again, and never dialled twice", async () => {
    const { world, system, ann, phone, id } = await scheduled();
    await scriptPhone(phone, { ringMs: 60_000 });
    await addPhoneFault({ on: "create", to: phone, status: 500, afterCreating: true });
    world.pass(3_600);
    // The simulated network lives in real time.
    assert.equal(await dialScheduled(system, id), "unknown");
    assert.equal((await stored(ann, id))?.status, "dialling");
    for (let minute = 0; minute < 12; minute += 1) {
      world.pass(60);
      await checkCalls(system);
      await sweepScheduled(system);
    }
    assert.equal((await stored(ann, id))?.status, "unknown");
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("is cancelled once, by its user alone, and not while it is dialled", async () => {
    const { world, as, system, ann, phone, id } = await scheduled();
    await rejectsWith("not_found", cancelScheduledCall(as("bob"), { id }));
    await cancelScheduledCall(ann, { id });
    await cancelScheduledCall(ann, { id });
    world.pass(3_600);
    assert.equal(await dialScheduled(system, id), "nothing");
    await sweepScheduled(system);
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("cancelled in the second in which it is due is either cancelled or dialled", async () => {
    const { world, system, ann, phone, id } = await scheduled();
    world.pass(3_600);
    const [cancelled, dialled] = await Promise.allSettled([
      cancelScheduledCall(ann, { id }),
      dialScheduled(system, id),
    ]);
    const status = (await stored(ann, id))?.status;
    const calls = (await phoneCalls(phone)).length;
    assert.equal(dialled.status, "fulfilled");
    assert.deepEqual([status, calls], cancelled.status === "fulfilled" ? ["cancelled", 0] : ["placed", 1]);
  });

  it("has a time with an offset, a minute to a year ahead", async () => {
    const { as } = callWorld();
    const ann = as("ann");
    const parse = (scheduled_time: string) =>
      scheduleInput.safeParse({ phone_number: freshPhone(), scenario: "survey", scheduled_time });
    for (const time of ["2026-12-01T14:00:00", "2026-12-01", "tomorrow", "2026-02-30T10:00:00Z"])
      assert.equal(parse(time).success, false, time);
    assert.equal(parse("2026-12-01T14:00:00-05:00").success, true);
    for (const seconds of [-60, 0, 59, 366 * 86_400]) {
      const refused = await rejectsWith(
        "invalid_argument",
        scheduleCall(ann, input(ann, freshPhone(), seconds)),
      );
      assert.equal(refused.details.field, "scheduled_time");
    }
    await rejectsWith("invalid_argument", scheduleCall(ann, input(ann, "911", 3_600)));
  });

  it("costs the sweep nothing as long as it is not due", async () => {
    const { world, system } = await scheduled();
    const idle = await costOf(world.db, () => sweepScheduled(system));
    assert.ok(idle.reads <= 3, `${idle.reads} reads`);
  });
});
