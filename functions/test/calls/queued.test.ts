import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { answerCall } from "../../src/calls/answerCall";
import { DIALS_A_SECOND } from "../../src/calls/limits";
import { makeCall } from "../../src/calls/makeCall";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { dialScheduledCall } from "../../src/calls/triggers";
import { findPhoneSession } from "../../src/voice/phoneSessions";
import { userLimits } from "../../src/voice/store";
import { callWorld } from "../support/callWorld";
import { dialsOf, dispatchWorld, storeDue } from "../support/dispatchWorld";
import { freshPhone, scriptPhone } from "../support/phone";

const MAX_MINUTES = 5;
/** The minutes of a call, and what its session is given beyond. */
const SESSION_MS = (MAX_MINUTES * 60 + 60) * 1_000;

/** A call to somebody in Los Angeles, which Twilio has taken and not dialled yet. */
async function queued(start: string, settings: Record<string, string> = {}) {
  const { world, as, system } = callWorld(settings, new Date(start));
  const phone = freshPhone();
  await scriptPhone(phone, { queuedMs: 600_000 });
  const options = {
    phone_number: phone,
    scenarioId: "survey",
    record: false,
    max_minutes: MAX_MINUTES,
    time_zone: "America/Los_Angeles",
  };
  const { callSid, sessionId } = await makeCall(as("ann"), options);
  return {
    world,
    answer: () => answerCall(system, { session: sessionId, CallSid: callSid, CallStatus: "in-progress" }),
    session: async () => (await findPhoneSession(system, sessionId)) ?? assert.fail("no session"),
  };
}

describe("a call that waits at Twilio before it rings", () => {
  it("has all its minutes from when it is answered", async () => {
    const { world, answer, session } = await queued("2026-11-20T20:00:00Z");
    world.pass(500);
    assert.match(await answer(), /<Connect/);
    const { expiresAt, sessionId } = await session();
    assert.equal(expiresAt.toMillis() - world.now().getTime(), SESSION_MS);
    const { active } = (await userLimits(world.db).doc("ann").get()).data() ?? assert.fail("no limits");
    assert.deepEqual(active, { [sessionId]: expiresAt.toMillis() }, "its place lasts as long");
    world.pass(MAX_MINUTES * 60 + 61);
    assert.match(await answer(), /Our time is up/);
  });

  it("and is taken up again when its stream breaks, has no more of them", async () => {
    const { world, answer, session } = await queued("2026-11-20T20:00:00Z");
    await answer();
    const { expiresAt } = await session();
    world.pass(120);
    assert.match(await answer(), /<Connect/);
    assert.deepEqual((await session()).expiresAt, expiresAt);
  });

  it("is not begun where it rings outside the hours; one that rang within them is", async () => {
    const hours = { CALL_HOURS: "08:00-21:00" };
    const late = await queued("2026-11-21T04:58:00Z", hours);
    late.world.pass(7 * 60);
    const said = await late.answer();
    assert.match(said, /too late for this call/);
    assert.doesNotMatch(said, /<Connect/);
    const { status, endReason } = await late.session();
    assert.deepEqual([status, endReason], ["ended", "canceled"]);
    const prompt = await queued("2026-11-21T04:59:50Z", hours);
    prompt.world.pass(20);
    assert.match(await prompt.answer(), /<Connect/);
    const inTime = await queued("2026-11-21T04:50:00Z", hours);
    inTime.world.pass(7 * 60);
    assert.match(await inTime.answer(), /<Connect/);
  });
});

describe("scheduled calls that are due at the same moment", () => {
  it("are handed out by Cloud Tasks so many a second", () => {
    const { taskQueueTrigger } = dialScheduledCall.__endpoint;
    assert.equal(taskQueueTrigger?.rateLimits?.maxDispatchesPerSecond, DIALS_A_SECOND);
  });

  it("are dialled by the sweep so many a second, and no more", async () => {
    const world = await dispatchWorld();
    await storeDue(world.db, 5);
    const begun = performance.now();
    await sweepScheduled(world.ctx(), { dialsASecond: 2 });
    const tookMs = performance.now() - begun;
    assert.equal(dialsOf(world).size, 5);
    assert.ok(tookMs >= 1_990, `${tookMs} ms`);
    await world.stop();
  });
});
