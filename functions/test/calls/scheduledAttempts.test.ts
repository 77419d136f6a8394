import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { checkCalls } from "../../src/calls/checkCalls";
import { type Dialled, dialScheduled } from "../../src/calls/dialScheduled";
import { makeCall } from "../../src/calls/makeCall";
import { scheduleCall } from "../../src/calls/scheduleCall";
import { scheduleInput } from "../../src/calls/schemas";
import { scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import type { Ctx } from "../../src/core/ctx";
import { firebaseAuth } from "../../src/core/firebaseAuth";
import { newId } from "../../src/core/ids";
import { callWorld, withAccounts } from "../support/callWorld";
import { eventually } from "../support/eventually";
import { addPhoneFault, freshPhone, phoneCalls, scriptPhone } from "../support/phone";

const stored = async (ctx: Ctx, id: string) => (await scheduledCalls(ctx.db).doc(id).get()).data();

/** A user who has scheduled a call for an hour later, to a phone that rings for long. */
async function scheduled(settings: Record<string, string> = {}, more: object = {}) {
  const world = callWorld(settings);
  const uid = newId();
  await withAccounts(uid);
  const user = world.as(uid);
  const phone = freshPhone();
  await scriptPhone(phone, { ringMs: 600_000 });
  const scheduled_time = new Date(user.now().getTime() + 3_600_000).toISOString();
  const asked = scheduleInput.parse({ phone_number: phone, scenario: "survey", scheduled_time, ...more });
  const { id } = await scheduleCall(user, asked);
  return { ...world, uid, user, phone, id };
}

/** A client whose transactions wait until they may begin, as on a slow instance. */
function slowed(db: Firestore) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = new Proxy(db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "runTransaction") return value.bind(target);
      return async (...work: unknown[]) => {
        await released;
        return value.apply(target, work);
      };
    },
  });
  return { db: slow, release };
}

describe("an attempt to dial a scheduled call", () => {
  it("that is refused leaves alone the call that another attempt has taken", async () => {
    const { world, system, user, phone, id } = await scheduled();
    const other = freshPhone();
    await scriptPhone(other, { answer: "busy", ringMs: 10 });
    await addPhoneFault({ on: "create", to: phone, status: 500, hangMs: 1_500, afterCreating: true });
    world.pass(3_600);
    // One of the two that the user may place in this minute.
    await makeCall(user, { phone_number: other, scenarioId: "survey", record: false, max_minutes: 5 });
    const { db, release } = slowed(system.db);
    // Has read the call while it was nobody's; a setting that its instance lacks is to refuse it.
    const { TWILIO_PHONE_NUMBER, ...config } = system.config;
    const lacking = { ...system, db, config: { ...config, TWILIO_PHONE_NUMBER: undefined } };
    const refused = dialScheduled(lacking, id);
    await sleep(300);
    const taking = dialScheduled(system, id);
    await eventually(async () => assert.equal((await stored(user, id))?.status, "dialling"));
    release();
    assert.equal(await refused, "nothing");
    const call = await stored(user, id);
    assert.deepEqual([call?.status, call?.reason], ["dialling", undefined]);
    assert.equal(await taking, "unknown");
    assert.equal((await stored(user, id))?.status, "dialling");
    assert.equal((await phoneCalls(phone)).length, 1);
  });

  it("that another has overtaken is not counted among the calls a minute", async () => {
    const { world, system, user, phone, id } = await scheduled();
    world.pass(3_600);
    const outcomes: Dialled[] = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        // Instances of their own, whose limits are not counted one after another.
        dialScheduled({ ...system, newId: () => `attempt-${index}` }, id),
      ),
    );
    assert.deepEqual(outcomes.sort(), ["nothing", "nothing", "nothing", "placed"]);
    assert.equal((await phoneCalls(phone)).length, 1);
    const other = freshPhone();
    await scriptPhone(other, { answer: "busy" });
    await makeCall(user, { phone_number: other, scenarioId: "survey", record: false, max_minutes: 5 });
  });

  it("is not made for a user who is disabled or gone, and is made later where that cannot be asked", async () => {
    const auth = await firebaseAuth();
    const [disabled, gone] = [await scheduled(), await scheduled()];
    await auth.updateUser(disabled.uid, { disabled: true });
    await auth.deleteUser(gone.uid);
    for (const [one, why] of [
      [disabled, /disabled/],
      [gone, /does not exist/],
    ] as const) {
      one.world.pass(3_600);
      assert.equal(await dialScheduled(one.system, one.id), "refused");
      assert.match((await stored(one.user, one.id))?.reason ?? "", why);
      assert.deepEqual(await phoneCalls(one.phone), []);
    }
    const waiting = await scheduled();
    waiting.world.pass(3_600);
    const { getUser } = auth;
    auth.getUser = () => Promise.reject(new Error("no connection"));
    try {
      assert.equal(await dialScheduled(waiting.system, waiting.id), "later");
    } finally {
      auth.getUser = getUser;
    }
    waiting.world.pass(61);
    assert.equal(await dialScheduled(waiting.system, waiting.id), "placed");
    assert.equal((await stored(waiting.user, waiting.id))?.reason, undefined, "why it had to wait is over");
  });

  it("goes by the countries that may be called now, not when it was scheduled", async () => {
    const { world, system, user, id } = await scheduled(
      { CALL_COUNTRIES: "US,GB" },
      { phone_number: "+442079460123" },
    );
    world.pass(3_600);
    const stricter = { ...system, config: { ...system.config, CALL_COUNTRIES: ["US"] } };
    assert.equal(await dialScheduled(stricter, id), "refused");
    assert.match((await stored(user, id))?.reason ?? "", /US alone/);
    assert.deepEqual(await phoneCalls("+442079460123"), []);
  });

  it("waits for a setting that placing a call lacks", async () => {
    for (const missing of ["RELAY_URL", "PUBLIC_URL"] as const) {
      const { world, system, user, phone, id } = await scheduled();
      world.pass(3_600);
      const lacking = { ...system, config: { ...system.config, [missing]: undefined } };
      assert.equal(await dialScheduled(lacking, id), "later");
      assert.match((await stored(user, id))?.reason ?? "", new RegExp(missing));
      assert.deepEqual(await phoneCalls(phone), []);
    }
  });

  it("that had to wait until it was missed says what was in its way, and used up none of the calls a minute", async () => {
    const { world, system, user, phone, id } = await scheduled(
      { CALL_SPEND_LIMIT_USD: "5" },
      { max_minutes: 10 },
    );
    world.pass(3_600);
    const [spent, other] = [freshPhone(), freshPhone()];
    for (const one of [spent, other]) await scriptPhone(one, { ringMs: 600_000 });
    const options = { scenarioId: "survey", record: false };
    await makeCall(user, { ...options, phone_number: spent, max_minutes: 8 });
    await sweepScheduled(system);
    assert.match((await stored(user, id))?.reason ?? "", /5 USD a day/);
    await makeCall(user, { ...options, phone_number: other, max_minutes: 1 });
    for (let minute = 0; minute < 17; minute += 1) {
      world.pass(60);
      await sweepScheduled(system);
    }
    const call = await stored(user, id);
    assert.equal(call?.status, "missed");
    assert.match(call?.reason ?? "", /within 15 minutes.*5 USD a day/);
    assert.deepEqual(await phoneCalls(phone), []);
  });

  it("that Twilio took without saying so is found and ends as placed", async () => {
    const { world, system, user, phone, id } = await scheduled();
    await addPhoneFault({ on: "create", to: phone, status: 500, afterCreating: true });
    // The simulated network lives in real time, and so shall the call.
    const now = Timestamp.fromDate(world.now());
    await scheduledCalls(user.db).doc(id).update({ at: now, dueAt: now });
    assert.equal(await dialScheduled(system, id), "unknown");
    for (let minute = 0; minute < 4; minute += 1) {
      world.pass(60);
      await checkCalls(system);
      await sweepScheduled(system);
    }
    const calls = await phoneCalls(phone);
    assert.equal(calls.length, 1);
    const call = await stored(user, id);
    assert.deepEqual([call?.status, call?.callSid, call?.dueAt], ["placed", calls[0]?.sid, null]);
  });
});
