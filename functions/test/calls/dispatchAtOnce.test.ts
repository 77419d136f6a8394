import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cancelScheduledCall } from "../../src/calls/cancelScheduled";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { rejectsWith } from "../support/appError";
import { dispatchAtOnce } from "../support/dispatchAtOnce";
import { slowCommits } from "../support/dispatchFaults";
import { type DispatchWorld, dialsOf, dispatchWorld, storeDue, storedCalls } from "../support/dispatchWorld";
import { eventually } from "../support/eventually";

const CALLS = 40;
const PROCESSES = 3;
const SWEPT = 40;
/** Nobody waits for a turn. */
const FAST = { dialsASecond: 1_000 };
const RACES = 100;
/** Each begins with another delay, from 2 to 600 ms, however fast the machine is. */
const RACES_AT_ONCE = 20;
const firstDelayMs = (lane: number) => 2 * 1.35 ** lane;
/** Whoever finds another in its way waits a second and more. */
const PATIENCE_MS = 90_000;

describe("scheduled calls that many want to dial at once", () => {
  it(`are dialled once each, where ${PROCESSES} processes are given the tasks of the same ${CALLS} and sweep beside`, async function () {
    this.timeout(2 * PATIENCE_MS);
    const { dials, dialledTwice, placed, shares } = await dispatchAtOnce({
      calls: CALLS,
      processes: PROCESSES,
    });
    assert.deepEqual({ dials, dialledTwice, placed }, { dials: CALLS, dialledTwice: 0, placed: CALLS });
    assert.ok(shares.filter((share) => share > 0).length > 1, `all were dialled by one: ${shares}`);
  });
});

describe("two sweeps at once", function () {
  this.timeout(PATIENCE_MS);
  let world: DispatchWorld;
  beforeEach(async () => {
    world = await dispatchWorld();
    await storeDue(world.db, SWEPT);
  });
  afterEach(() => world.stop());

  const assertOnceEach = async () => {
    assert.deepEqual([...dialsOf(world).values()], Array(SWEPT).fill(1));
    for (const { status } of await storedCalls(world.db)) assert.equal(status, "placed");
  };

  it("do the work of one: the second finds the lease taken", async () => {
    const reads = await Promise.all([sweepScheduled(world.ctx(), FAST), sweepScheduled(world.ctx(), FAST)]);
    assert.ok(
      reads.some(({ read }) => read === 0),
      "both have read",
    );
    await assertOnceEach();
  });

  it("dial each call once, where one takes the other for dead", async () => {
    slowCommits(world.db, 40);
    const slow = sweepScheduled(world.ctx(), FAST);
    const lease = world.db.doc("leases/sweepScheduled");
    await eventually(async () => assert.ok((await lease.get()).exists));
    // The lease is over for whoever comes two minutes later.
    const next = await sweepScheduled(world.ctx(121), FAST);
    assert.ok(next.read > 0, "both have swept");
    await slow;
    await assertOnceEach();
  });
});

describe("a call that is cancelled in the second in which it is due", () => {
  it(`is either cancelled or dialled, and never both, ${RACES} times out of ${RACES}`, async function () {
    this.timeout(PATIENCE_MS);
    const world = await dispatchWorld();
    const ids = (await storeDue(world.db, RACES)).values();
    const won = { cancelled: 0, placed: 0 };
    const race = async (_: unknown, lane: number) => {
      // Who has won is given the worse start next time, so that both come ever closer to the same moment.
      let delayMs = firstDelayMs(lane);
      for (const id of ids) {
        const winner = await cancelWhileDialling(world, id, delayMs);
        won[winner] += 1;
        delayMs *= winner === "cancelled" ? 1.3 : 0.7;
      }
    };
    await Promise.all(Array.from({ length: RACES_AT_ONCE }, race));
    const called = dialsOf(world);
    for (const { status, options } of await storedCalls(world.db))
      assert.equal(called.get(options.phone_number) ?? 0, status === "cancelled" ? 0 : 1, status);
    assert.equal(won.cancelled + won.placed, RACES);
    assert.ok(won.cancelled > 0 && won.placed > 0, `one always won: ${JSON.stringify(won)}`);
    await world.stop();
  });
});

/** Cancels a call so long after its task was given. @returns what both were told */
async function cancelWhileDialling(
  world: DispatchWorld,
  id: string,
  delayMs: number,
): Promise<"cancelled" | "placed"> {
  const uid = id.replace("call-", "user-");
  const user = { ...world.ctx(), caller: { uid, claims: {} } };
  const cancelling = sleep(delayMs).then(() => cancelScheduledCall(user, { id }));
  const [cancelled, dialled] = await Promise.allSettled([cancelling, dialScheduled(world.ctx(), id)]);
  const call = (await scheduledCalls(world.db).doc(id).get()).data();
  if (cancelled.status === "fulfilled") {
    assert.deepEqual([call?.status, call?.dueAt], ["cancelled", null]);
    assert.deepEqual(dialled, { status: "fulfilled", value: "nothing" });
    return "cancelled";
  }
  await rejectsWith("conflict", cancelling);
  assert.deepEqual(dialled, { status: "fulfilled", value: "placed" });
  assert.equal(call?.status, "placed");
  return "placed";
}
