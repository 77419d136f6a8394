import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cancelScheduledCall } from "../../src/calls/cancelScheduled";
import { checkCalls } from "../../src/calls/checkCalls";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { startTaskQueue } from "../support/dispatchTasks";
import {
  addAccounts,
  type DispatchWorld,
  dialsOf,
  dispatchWorld,
  storeCalls,
  storedCall,
} from "../support/dispatchWorld";

/** A time at which people in Los Angeles may just be called. */
const OPENING = new Date("2027-03-13T16:00:00Z");

describe("a scheduled call, at the edges", () => {
  let world: DispatchWorld;
  beforeEach(async () => {
    world = await dispatchWorld();
    await addAccounts(["user-0"]);
  });
  afterEach(() => world.stop());

  const stored = async () => (await scheduledCalls(world.db).doc("call-0").get()).data() as ScheduledCallDoc;

  for (const earlySeconds of [0, 0.2, 4]) {
    it(`for the first minute of the hours is placed, where its task comes ${earlySeconds} s early`, async () => {
      await storeCalls(world.db, [storedCall(0, OPENING)]);
      const ctx = world.ctx();
      const early = {
        ...ctx,
        config: { ...ctx.config, CALL_HOURS: { from: 8 * 60, until: 21 * 60 } },
        now: () => new Date(OPENING.getTime() - earlySeconds * 1_000),
      };
      const outcome = await dialScheduled(early, "call-0");
      assert.ok(outcome === "placed" || outcome === "later", `${outcome}: ${(await stored()).reason}`);
    });
  }

  it("that Twilio refused for its own limits is not told as one that may have been placed", async () => {
    await storeCalls(world.db, [storedCall(0, new Date())]);
    world.twilio.addFault({ on: "create", status: 429, code: 20_429 });
    await dialScheduled(world.ctx(), "call-0");
    for (let minute = 1; minute <= 16; minute += 1) {
      await checkCalls(world.ctx(minute * 60));
      await sweepScheduled(world.ctx(minute * 60));
    }
    const { status } = await stored();
    assert.ok(status === "failed" || status === "placed", status);
    assert.equal(world.twilio.calls().length, status === "placed" ? 1 : 0);
  });

  it("cancelled while it is handed over is due no more", async () => {
    const queue = await startTaskQueue(() => new Date());
    const at = new Date(Date.now() + 3_600_000);
    const dueNow = storedCall(0, new Date()).dueAt;
    await storeCalls(world.db, [storedCall(0, at, { isEnqueued: false, dueAt: dueNow })]);
    const user = { ...world.ctx(), caller: { uid: "user-0", claims: {} } };
    queue.beforeNextAnswer(() => cancelScheduledCall(user, { id: "call-0" }));
    await sweepScheduled(world.ctx());
    await queue.stop();
    const { status, dueAt } = await stored();
    assert.deepEqual([status, dueAt], ["cancelled", null]);
    assert.equal(dialsOf(world).size, 0);
  });
});
