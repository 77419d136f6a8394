import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { addDoNotCall, removeDoNotCall } from "../../src/calls/doNotCall";
import { eraseCallsOf } from "../../src/calls/eraseCalls";
import { makeCall } from "../../src/calls/makeCall";
import { listScheduledCalls } from "../../src/calls/readScheduled";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { listScheduledInput, type ScheduleInput, scheduledRef, scheduleInput } from "../../src/calls/schemas";
import { scheduledCalls } from "../../src/calls/store";
import type { Ctx } from "../../src/core/ctx";
import { rejectsWith } from "../support/appError";
import { callWorld } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { freshPhone, phoneCalls } from "../support/phone";

function input(ctx: Ctx, more: object = {}): ScheduleInput {
  const scheduled_time = new Date(ctx.now().getTime() + 3_600_000).toISOString();
  return scheduleInput.parse({ phone_number: freshPhone(), scenario: "survey", scheduled_time, ...more });
}

describe("scheduling a call", () => {
  it("by a request that comes again with its Idempotency-Key schedules one, at once or later", async () => {
    const { world, as } = callWorld();
    const ann = { ...as("ann"), idempotencyKey: "k1" };
    const asked = input(ann, { variables: { company: "Northwind" } });
    const atOnce = await Promise.all(Array.from({ length: 4 }, () => scheduleCall(ann, asked)));
    world.pass(7_200);
    const [first, ...others] = [...atOnce, await scheduleCall(ann, asked)];
    for (const other of others) assert.deepEqual(other, first);
    const count = async () => (await scheduledCalls(world.db).get()).size;
    assert.equal(await count(), 1);
    await rejectsWith("conflict", scheduleCall(ann, { ...asked, max_minutes: 3 }));
    const bob = { ...as("bob"), idempotencyKey: "k1" };
    await scheduleCall(bob, input(bob));
    await scheduleCall(as("ann"), input(ann));
    await scheduleCall(as("ann"), input(ann));
    assert.equal(await count(), 4);
  });

  it("says at once what is wrong with its scenario", async () => {
    const { world, as } = callWorld();
    const ann = as("ann");
    await rejectsWith("not_found", scheduleCall(ann, input(ann, { scenario: "surveey" })));
    const variables = { nonsense: "1" };
    await rejectsWith("invalid_argument", scheduleCall(ann, input(ann, { variables })));
    assert.equal((await scheduledCalls(world.db).get()).size, 0);
  });

  it("says at once what the server lacks to place it", async () => {
    for (const missing of ["RELAY_URL", "PUBLIC_URL", "TWILIO_PHONE_NUMBER"]) {
      const ann = callWorld({ [missing]: "" }).as("ann");
      const refused = await rejectsWith("not_configured", scheduleCall(ann, input(ann)));
      assert.match(refused.safeMessage, new RegExp(missing));
    }
  });

  it("or placing one is refused where it may cost more than the calls of a whole day", async () => {
    const ann = callWorld({ CALL_SPEND_LIMIT_USD: "8" }).as("ann");
    const phone = freshPhone();
    const now = { phone_number: phone, scenarioId: "survey", record: false };
    for (const work of [
      scheduleCall(ann, input(ann, { max_minutes: 17 })),
      makeCall(ann, { ...now, max_minutes: 17 }),
    ]) {
      const refused = await rejectsWith("invalid_argument", work);
      assert.match(refused.safeMessage, /^max_minutes: may be 16 at most.*8 USD a day/);
      assert.equal(refused.details.field, "max_minutes");
    }
    await scheduleCall(ann, input(ann, { max_minutes: 16 }));
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("takes the zone of a place, and no offset", () => {
    const parsed = (time_zone: string) =>
      scheduleInput.safeParse({
        phone_number: "+14155550123",
        scenario: "survey",
        scheduled_time: "2026-12-01T14:00:00Z",
        time_zone,
      });
    for (const zone of ["America/New_York", "America/Argentina/Ushuaia", "Europe/Kyiv", "Pacific/Honolulu"])
      assert.equal(parsed(zone).success, true, zone);
    for (const zone of ["+01:00", "-0800", "+14", "Etc/GMT-1", "UTC", "EST", "Mars/Olympus", ""])
      assert.equal(parsed(zone).success, false, zone);
  });

  it("is limited to thirty a minute, as are changes of one's do-not-call list", async () => {
    const { world, as } = callWorld();
    const ann = as("ann");
    for (let count = 0; count < 30; count += 1) await scheduleCall(ann, input(ann));
    const refused = await rejectsWith("rate_limited", scheduleCall(ann, input(ann)));
    assert.ok((refused.details.retryAfterSeconds ?? 0) > 0);
    const entry = { phone_number: freshPhone() };
    for (let count = 0; count < 15; count += 1) {
      await addDoNotCall(ann, entry);
      await removeDoNotCall(ann, entry);
    }
    await rejectsWith("rate_limited", addDoNotCall(ann, entry));
    world.pass(61);
    await scheduleCall(ann, input(ann));
    await addDoNotCall(ann, entry);
  });

  it("costs two reads", async () => {
    const { world, as } = callWorld();
    const ann = as("ann");
    const cost = await costOf(world.db, () => scheduleCall(ann, input(ann)));
    assert.ok(cost.reads <= 2, `${cost.reads} reads`);
    assert.ok(cost.writes <= 3, `${cost.writes} writes`);
  });
});

describe("a scheduled call's id", () => {
  it("names no other document", () => {
    for (const id of ["a/b", "..", "", "ä", "a".repeat(129)]) {
      assert.equal(scheduledRef.safeParse({ id }).success, false, id);
      assert.equal(listScheduledInput.safeParse({ cursor: id }).success, false, id);
    }
    assert.equal(scheduledRef.safeParse({ id: "0f-_Z" }).success, true);
  });

  it("that there is none of begins the list anew", async () => {
    const { as } = callWorld();
    const ann = as("ann");
    await scheduleCall(ann, input(ann));
    assert.equal((await listScheduledCalls(ann, { limit: 5, cursor: "none" })).calls.length, 1);
  });
});

describe("an erased user", () => {
  it("is on no do-not-call list any more, which others' numbers keep", async () => {
    const { world, as, system } = callWorld();
    const phone_number = freshPhone();
    await addDoNotCall(as("ann"), { phone_number });
    await addDoNotCall(as("bob"), { phone_number });
    await eraseCallsOf(system, "ann");
    assert.deepEqual((await world.db.doc(`doNotCall/${phone_number}`).get()).get("userIds"), ["bob"]);
  });
});
