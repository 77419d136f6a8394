import assert from "node:assert/strict";
import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { checkCalls } from "../../src/calls/checkCalls";
import { makeCall } from "../../src/calls/makeCall";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { findPhoneSession } from "../../src/voice/phoneSessions";
import { callWorld, withAccounts } from "../support/callWorld";
import { costOf } from "../support/countedFirestore";
import { startTaskQueue } from "../support/dispatchTasks";
import { addPhoneFault, freshPhone, phoneCall, phoneCalls, scriptPhone } from "../support/phone";

/** A scheduled call as it is stored. */
function due(at: Date, fields: Partial<ScheduledCallDoc> = {}, phone = "+14155550199"): ScheduledCallDoc {
  return {
    scheduledId: "call",
    userId: "mallory",
    status: "scheduled",
    at: Timestamp.fromDate(at),
    dueAt: Timestamp.fromDate(at),
    isEnqueued: true,
    createdAt: Timestamp.fromMillis(at.getTime() - 60_000),
    options: { phone_number: phone, scenarioId: "survey", record: false, max_minutes: 5 },
    ...fields,
  };
}

async function storeAll(db: Firestore, calls: ScheduledCallDoc[]): Promise<void> {
  const writer = db.bulkWriter();
  for (const call of calls) void writer.set(scheduledCalls(db).doc(call.scheduledId), call);
  await writer.close();
}

async function busyPhone(): Promise<string> {
  const phone = freshPhone();
  await scriptPhone(phone, { answer: "busy", ringMs: 10 });
  return phone;
}

describe("the sweep of scheduled calls", () => {
  const statusOf = async (db: Firestore, id: string) =>
    (await scheduledCalls(db).doc(id).get()).get("status");

  it("dials another's call although one user's calls fill page after page, at little cost in the next minutes", async function () {
    this.timeout(60_000);
    const { world, system } = callWorld();
    await withAccounts("mallory", "bob");
    const many = Array.from({ length: 320 }, (_, index) =>
      due(world.now(), { scheduledId: `m${index}` }, "+14155550199"),
    );
    const bobs = due(
      new Date(world.now().getTime() + 1_000),
      { scheduledId: "b", userId: "bob" },
      await busyPhone(),
    );
    await storeAll(world.db, [...many, bobs]);
    world.pass(2);
    await sweepScheduled(system);
    assert.equal(await statusOf(world.db, "b"), "placed");
    const waiting = await scheduledCalls(world.db).where("status", "==", "scheduled").get();
    assert.equal(waiting.size, 318, "two in a minute");
    world.pass(61);
    const { read } = await sweepScheduled(system);
    assert.ok(read <= 20, `${read} of 318 that wait were read`);
    world.pass(15 * 60);
    await sweepScheduled(system);
    await sweepScheduled(system);
    const missed = await scheduledCalls(world.db).where("status", "==", "missed").get();
    assert.ok(missed.size > 250, `${missed.size} missed`);
  });

  it("dials what is due before it hands over, however much of that fails, and tries that the later the longer", async function () {
    this.timeout(60_000);
    const { world, system } = callWorld();
    await withAccounts("bob");
    const far = new Date(world.now().getTime() + 10 * 86_400_000);
    const handed = Array.from({ length: 260 }, (_, index) =>
      due(far, {
        scheduledId: `f${index}`,
        isEnqueued: false,
        dueAt: Timestamp.fromMillis(world.now().getTime() - 1_000),
        createdAt: Timestamp.fromDate(world.now()),
      }),
    );
    const bobs = due(world.now(), { scheduledId: "b", userId: "bob" }, await busyPhone());
    await storeAll(world.db, [...handed, bobs]);
    // By whose clock these times are too far ahead.
    let isRefusing = true;
    const queue = await startTaskQueue(() => (isRefusing ? new Date(0) : world.now()));
    const sweep = async () => (await sweepScheduled(system)).read;
    try {
      assert.equal(await sweep(), 1 + 250);
      assert.equal(await statusOf(world.db, "b"), "placed");
      world.pass(30);
      assert.equal(await sweep(), 10, "whose turn had not come yet");
      world.pass(31);
      assert.equal(await sweep(), 250, "again after a minute");
      world.pass(300);
      assert.equal(await sweep(), 250);
      const { docs } = await scheduledCalls(world.db).where("status", "==", "scheduled").get();
      const waits = docs.map((one) => (one.data().dueAt?.toMillis() ?? 0) - world.now().getTime());
      assert.ok(Math.max(...waits) > 300_000, "and then for longer");
      isRefusing = false;
      world.pass(3_600);
      assert.equal((await sweep()) + (await sweep()), 260);
      assert.equal(new Set(queue.tasks.map(({ id }) => id)).size, 260);
      world.pass(60);
      assert.equal(await sweep(), 0);
    } finally {
      await queue.stop();
    }
  });

  it("dials several at the same time where Twilio is slow", async function () {
    this.timeout(60_000);
    const { world, system } = callWorld();
    const users = Array.from({ length: 5 }, (_, index) => `slow-${index}`);
    await withAccounts(...users);
    const calls: ScheduledCallDoc[] = [];
    for (const userId of users) {
      const phone = await busyPhone();
      await addPhoneFault({ on: "create", to: phone, status: 500, hangMs: 3_000 });
      calls.push(due(world.now(), { scheduledId: userId, userId }, phone));
    }
    await storeAll(world.db, calls);
    const begin = performance.now();
    await sweepScheduled(system);
    assert.ok(performance.now() - begin < 12_000, "one after another they would take 15 s");
  });

  it("goes on where a document cannot be read, names it, and leaves it for an hour", async () => {
    const { world, system } = callWorld();
    await withAccounts("bob");
    const bad = { ...due(world.now()), options: "none" };
    await world.db.doc("scheduledCalls/bad").set({ ...bad, scheduledId: "bad" });
    await world.db.doc("scheduledCalls/unknown").set({ ...bad, status: "paused" });
    await storeAll(world.db, [due(world.now(), { scheduledId: "b", userId: "bob" }, await busyPhone())]);
    await sweepScheduled(system);
    assert.equal(await statusOf(world.db, "b"), "placed");
    const told = world.log.filter(({ message }) => message === "a scheduled call cannot be read");
    assert.deepEqual(
      told.map(({ scheduledId }) => scheduledId),
      ["bad"],
    );
    world.pass(120);
    assert.equal((await sweepScheduled(system)).read, 0);
  });

  it("goes on where a call's list cannot be read, and tries that call later", async () => {
    const { world, system } = callWorld();
    await withAccounts("ann", "bob");
    const unreadable = await busyPhone();
    await world.db.doc(`doNotCall/${unreadable}`).set({ userIds: "not a list" });
    await storeAll(world.db, [
      due(world.now(), { scheduledId: "a", userId: "ann" }, unreadable),
      due(world.now(), { scheduledId: "b", userId: "bob" }, await busyPhone()),
    ]);
    await sweepScheduled(system);
    assert.equal(await statusOf(world.db, "b"), "placed");
    assert.equal((await sweepScheduled(system)).read, 0);
    world.pass(61);
    assert.equal((await sweepScheduled(system)).read, 1);
    assert.deepEqual(await phoneCalls(unreadable), []);
  });

  it("reads what is due and little else", async () => {
    const { world, system } = callWorld();
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    await withAccounts(...users);
    const later = new Date(world.now().getTime() + 3_600_000);
    const calls = await Promise.all(
      users.map(async (userId) => due(world.now(), { scheduledId: userId, userId }, await busyPhone())),
    );
    const waiting = Array.from({ length: 100 }, (_, index) => due(later, { scheduledId: `w${index}` }));
    await storeAll(world.db, [...calls, ...waiting]);
    assert.deepEqual(await sweepScheduled(system), { read: 20 });
    const idle = await costOf(world.db, () => sweepScheduled(system));
    assert.ok(idle.reads <= 2, `${idle.reads} reads where nothing is due`);
  });
});

describe("the check of calls", () => {
  it("goes on where a session cannot be read, names it, and leaves it for an hour", async () => {
    const { world, as, system } = callWorld();
    const phone = await busyPhone();
    const { callSid, sessionId } = await makeCall(as("ann"), {
      phone_number: phone,
      scenarioId: "survey",
      record: false,
      max_minutes: 5,
    });
    await phoneCall(callSid);
    const broken = {
      call: { checkAt: Timestamp.fromMillis(world.now().getTime() - 1_000) },
      status: "paused",
    };
    await world.db.doc("voiceSessions/bad").set(broken);
    world.pass(20);
    assert.equal(await checkCalls(system), 1);
    assert.equal((await findPhoneSession(system, sessionId))?.endReason, "busy");
    assert.ok(
      world.log.some(({ sessionId: id, message }) => id === "bad" && message === "a call cannot be read"),
    );
    assert.equal(await checkCalls(system), 0);
  });
});
