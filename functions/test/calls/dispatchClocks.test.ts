import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { checkCalls } from "../../src/calls/checkCalls";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import {
  addAccounts,
  type DispatchWorld,
  dialsOf,
  dispatchWorld,
  storeCalls,
  storedCall,
} from "../support/dispatchWorld";

/** How far a dispatcher's clock is off. */
const OFF_SECONDS = 600;

describe("a dispatcher whose clock is ten minutes off", function () {
  // Whoever finds another in its way waits a second and more.
  this.timeout(60_000);
  let world: DispatchWorld;
  beforeEach(async () => {
    world = await dispatchWorld();
  });
  afterEach(() => world.stop());

  /** A call that is due so many seconds after the true time. */
  async function dueIn(seconds: number): Promise<string> {
    const call = storedCall(0, new Date(Date.now() + seconds * 1_000));
    await addAccounts([call.userId]);
    await storeCalls(world.db, [call]);
    return call.scheduledId;
  }

  const stored = async (id: string) =>
    (await scheduledCalls(world.db).doc(id).get()).data() as ScheduledCallDoc;
  const dials = () => [...dialsOf(world).values()];

  it("ahead, dials nothing before its time by that clock, and loses nothing", async () => {
    const id = await dueIn(OFF_SECONDS + 60);
    const ahead = world.ctx(OFF_SECONDS);
    assert.equal(await dialScheduled(ahead, id), "later");
    await sweepScheduled(ahead);
    assert.deepEqual([(await stored(id)).status, dials()], ["scheduled", []]);
    assert.equal(await dialScheduled(world.ctx(OFF_SECONDS + 60), id), "placed");
    assert.deepEqual(dials(), [1]);
  });

  it("ahead, takes no call for missed whose time has only just come", async () => {
    const id = await dueIn(0);
    await sweepScheduled(world.ctx(OFF_SECONDS));
    assert.deepEqual([(await stored(id)).status, dials()], ["placed", [1]]);
  });

  it("ahead, and one whose clock is right, dial a call once, at once or one after the other", async () => {
    const id = await dueIn(0);
    const [ahead, right] = [world.ctx(OFF_SECONDS), world.ctx()];
    const outcomes = await Promise.all([
      dialScheduled(ahead, id),
      dialScheduled(right, id),
      sweepScheduled(ahead),
      sweepScheduled(right),
    ]);
    assert.ok(outcomes.filter((outcome) => outcome === "placed").length <= 1);
    for (const ctx of [right, ahead]) assert.equal(await dialScheduled(ctx, id), "nothing");
    assert.deepEqual([(await stored(id)).status, dials()], ["placed", [1]]);
  });

  it("behind, leaves a call whose time has come to one whose clock is right", async () => {
    const id = await dueIn(0);
    const behind = world.ctx(-OFF_SECONDS);
    assert.equal(await dialScheduled(behind, id), "later");
    await sweepScheduled(behind);
    assert.deepEqual([(await stored(id)).status, dials()], ["scheduled", []]);
    await sweepScheduled(world.ctx());
    assert.deepEqual([(await stored(id)).status, dials()], ["placed", [1]]);
    // When its time has come by that clock, too.
    assert.equal(await dialScheduled(world.ctx(0), id), "nothing");
    assert.deepEqual(dials(), [1]);
  });

  it("behind, dials a call alone, ten minutes late and not too late", async () => {
    const id = await dueIn(-OFF_SECONDS);
    await sweepScheduled(world.ctx(-OFF_SECONDS));
    assert.deepEqual([(await stored(id)).status, dials()], ["placed", [1]]);
  });

  for (const [which, seconds] of [
    ["ahead", OFF_SECONDS],
    ["behind", -OFF_SECONDS],
  ] as const) {
    it(`${which}, that does not hear what Twilio made of a call, leaves it to be found, and nobody dials it again`, async () => {
      const id = await dueIn(Math.min(seconds, 0));
      world.twilio.addFault({ on: "create", status: 500, afterCreating: true });
      assert.equal(await dialScheduled(world.ctx(seconds), id), "unknown");
      for (let minute = 0; minute <= 30; minute += 1) {
        await checkCalls(world.ctx(minute * 60));
        await sweepScheduled(world.ctx(minute * 60));
      }
      const { status, dueAt } = await stored(id);
      // Twilio's calls are looked for by the time of whoever has dialled: where that is wrong, it is not known.
      assert.ok(status === "placed" || status === "unknown", status);
      assert.deepEqual([dueAt, dials()], [null, [1]]);
    });
  }
});
