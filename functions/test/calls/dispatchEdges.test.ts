import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cancelScheduledCall } from "../../src/calls/cancelScheduled";
import { checkCalls } from "../../src/calls/checkCalls";
import { dialScheduled } from "../../src/calls/dialScheduled";
import { callSpend, type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { endVoiceSession } from "../../src/voice/endSession";
import { sessions } from "../../src/voice/store";
import { startTaskQueue } from "../support/dispatchTasks";
import {
  addAccounts,
  type DispatchWorld,
  dialsOf,
  dispatchWorld,
  storeCalls,
  storedCall,
} from "../support/dispatchWorld";
import { eventually } from "../support/eventually";

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

  const unreachable = { TWILIO_API_BASE_URL: "http://127.0.0.1:9" };
  const noSuchHost = { TWILIO_API_BASE_URL: "http://twilio.invalid" };
  for (const [what, settings, asked] of [
    ["that Twilio refused for its own limits", {}, 2],
    ["for which there was no connection to Twilio", unreachable, 1],
    ["for which Twilio's name was not known", noSuchHost, 1],
  ] as const) {
    it(`${what} waits, and is placed as soon as it can be, once`, async () => {
      await storeCalls(world.db, [storedCall(0, new Date())]);
      if (asked === 2) world.twilio.addFault({ on: "create", status: 429, code: 20_429 });
      const ctx = world.ctx();
      assert.equal(
        await dialScheduled({ ...ctx, config: { ...ctx.config, ...settings } }, "call-0"),
        "later",
      );
      const { status, sessionId, reason } = await stored();
      assert.deepEqual([status, sessionId], ["scheduled", undefined]);
      assert.match(reason ?? "", /try again in a moment/);
      const { docs } = await sessions(world.db).get();
      assert.deepEqual(
        docs.map((session) => [session.get("status"), session.get("endReason")]),
        [["ended", "failed"]],
      );
      for (let minute = 1; minute <= 16; minute += 1) {
        await checkCalls(world.ctx(minute * 60));
        await sweepScheduled(world.ctx(minute * 60));
      }
      assert.deepEqual([(await stored()).status, (await stored()).reason], ["placed", undefined]);
      assert.equal(world.twilio.calls().length, 1);
      assert.deepEqual([...dialsOf(world).values()], [asked]);
    });
  }

  for (const unwanted of ["ended", "deleted"] as const) {
    it(`whose session its user has ${unwanted} while Twilio refused it for now is not dialled again`, async () => {
      await storeCalls(world.db, [storedCall(0, new Date())]);
      world.twilio.addFault({ on: "create", status: 429, code: 20_429, hangMs: 1_500 });
      const dialling = dialScheduled(world.ctx(), "call-0");
      const sessionId = await eventually(
        async () => (await stored()).sessionId ?? assert.fail("not dialling"),
      );
      const user = { ...world.ctx(), caller: { uid: "user-0", claims: {} } };
      await (unwanted === "ended" ? endVoiceSession : deleteVoiceSession)(user, { sessionId });
      assert.equal(await dialling, "nothing");
      const { status, dueAt } = await stored();
      assert.deepEqual([status, dueAt], ["cancelled", null]);
      await sweepScheduled(world.ctx(120));
      assert.deepEqual([...dialsOf(world).values()], [1]);
    });
  }

  it("that Twilio refuses for a quarter of an hour is missed, and keeps no money set aside", async () => {
    await storeCalls(world.db, [storedCall(0, new Date())]);
    world.twilio.addFault({ on: "create", status: 429, code: 20_429, times: 100 });
    for (let minute = 0; minute <= 20; minute += 1) {
      await sweepScheduled(world.ctx(minute * 60));
      await checkCalls(world.ctx(minute * 60));
    }
    const { status, reason } = await stored();
    assert.equal(status, "missed");
    assert.match(reason ?? "", /try again in a moment/);
    assert.equal(world.twilio.calls().length, 0);
    const { docs } = await callSpend(world.db).get();
    for (const spend of docs) assert.deepEqual([spend.get("reservedUsd"), spend.get("spentUsd")], [0, 0]);
    assert.ok(docs.length > 0);
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
