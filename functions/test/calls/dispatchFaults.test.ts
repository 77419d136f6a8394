import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { checkCalls } from "../../src/calls/checkCalls";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { cutOff, failWriteOf } from "../support/dispatchFaults";
import { type DispatchWorld, dialsOf, dispatchWorld, phoneOf, storeDue } from "../support/dispatchWorld";

/** When each call is at its end, with a margin. */
const RECONCILED_AFTER_MINUTES = 14;

describe("a scheduled call, when something fails", function () {
  // Firestore's client tries for some seconds.
  this.timeout(60_000);
  let world: DispatchWorld;
  let id: string;
  beforeEach(async () => {
    world = await dispatchWorld();
    [id = ""] = await storeDue(world.db, 1);
  });
  afterEach(() => world.stop());

  const stored = async () => (await scheduledCalls(world.db).doc(id).get()).data() as ScheduledCallDoc;
  const dials = () => dialsOf(world).get(phoneOf(0)) ?? 0;
  const endState = async () => {
    const { status, dueAt } = await stored();
    return { status, dueAt, dials: dials() };
  };

  /** What the schedule does each minute. */
  async function reconcile(): Promise<void> {
    for (let minute = 1; minute <= RECONCILED_AFTER_MINUTES; minute += 1) {
      await checkCalls(world.ctx(minute * 60));
      await sweepScheduled(world.ctx(minute * 60));
    }
  }

  it("is not dialled while the do-not-call list is out of reach, and is as soon as it can be read", async () => {
    const reachAgain = cutOff(world.db, "doNotCall");
    // The task fails, so that it is given again; the sweep goes on with others.
    await Promise.all([assert.rejects(dialScheduled(world.ctx(), id)), sweepScheduled(world.ctx())]);
    assert.deepEqual([(await stored()).status, dials()], ["scheduled", 0]);
    assert.match(world.log.join("\n"), /could not be attended to.*UNAVAILABLE/);
    reachAgain();
    assert.equal(await dialScheduled(world.ctx(), id), "placed");
    assert.equal(dials(), 1);
  });

  it("is missed and not dialled, where the do-not-call list is out of reach for too long", async () => {
    const reachAgain = cutOff(world.db, "doNotCall");
    await sweepScheduled(world.ctx());
    reachAgain();
    await sweepScheduled(world.ctx(16 * 60));
    assert.deepEqual(await endState(), { status: "missed", dueAt: null, dials: 0 });
  });

  it("that was claimed, though Firestore's answer was lost, is dialled all the same, once", async () => {
    failWriteOf(world.db, "dialling", "done");
    assert.equal(await dialScheduled(world.ctx(), id), "placed");
    assert.equal(await dialScheduled(world.ctx(), id), "nothing");
    assert.deepEqual(await endState(), { status: "placed", dueAt: null, dials: 1 });
  });

  it("that could not be claimed is dialled by the next attempt, once", async () => {
    failWriteOf(world.db, "dialling", "before");
    await dialScheduled(world.ctx(), id).catch(() => {});
    if ((await stored()).status === "scheduled") await dialScheduled(world.ctx(), id);
    assert.deepEqual(await endState(), { status: "placed", dueAt: null, dials: 1 });
  });

  it("that was dialled, which could not be written down, is found again and not dialled again", async () => {
    failWriteOf(world.db, "placed", "before");
    await dialScheduled(world.ctx(), id).catch(() => {});
    assert.deepEqual([(await stored()).status, dials()], ["dialling", 1]);
    assert.equal(await dialScheduled(world.ctx(), id), "nothing");
    await reconcile();
    assert.deepEqual(await endState(), { status: "placed", dueAt: null, dials: 1 });
    assert.equal((await stored()).callSid, world.twilio.calls()[0]?.sid);
  });

  for (const [what, fault] of [
    ["took it and did not say so", { status: 500, afterCreating: true }],
    ["was cut off after it took it", { afterCreating: true }],
    ["was cut off before it took it", {}],
    ["failed before it took it", { status: 503 }],
  ] as const) {
    it(`of which Twilio ${what} is asked for once, and accounted for`, async () => {
      world.twilio.addFault({ on: "create", ...fault });
      assert.equal(await dialScheduled(world.ctx(), id), "unknown");
      await reconcile();
      const hasCall = "afterCreating" in fault;
      const { status, dueAt, callSid } = await stored();
      assert.deepEqual([status, dueAt, dials()], [hasCall ? "placed" : status, null, 1]);
      assert.equal(callSid, world.twilio.calls()[0]?.sid);
      assert.ok(status !== "dialling" && status !== "scheduled", status);
    });
  }
});
