import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { cancelScheduledCall } from "../../src/calls/cancelScheduled";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { firestore } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import {
  addAccounts,
  type DispatchWorld,
  dialsOf,
  dispatchWorld,
  storedCall,
} from "../support/dispatchWorld";
import { type OwnServer, ownServer } from "../support/ownServer";
import { freshPhone } from "../support/phone";

/** Who Google's front end has let through: by the time a function looks, the signature was checked. */
const CLOUD_TASKS = [{ alg: "RS256" }, { sub: "cloud-tasks", email: "tasks@demo-voice.test" }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
  .join(".");

/** The deployed functions in a process of their own, beside a phone network that counts. */
describe("the task of a scheduled call", function () {
  this.timeout(60_000);
  let world: DispatchWorld;
  let dialler: OwnServer;
  let sweeper: OwnServer;
  before(async () => {
    world = await dispatchWorld();
    const settings = { ...world.settings, LOG_LEVEL: "WARNING" };
    [dialler, sweeper] = await Promise.all([
      ownServer("dialScheduledCall", settings),
      ownServer("sweepScheduledCalls", settings),
    ]);
  });
  after(async () => {
    dialler.stop();
    sweeper.stop();
    await world.stop();
  });

  const db = firestore();

  /** A call whose time was so many seconds ago. */
  async function due(secondsAgo: number): Promise<ScheduledCallDoc> {
    const call = storedCall(0, new Date(Date.now() - secondsAgo * 1_000));
    const options = { ...call.options, phone_number: freshPhone() };
    const own = { ...call, scheduledId: newId(), userId: newId(), options };
    await addAccounts([own.userId]);
    await scheduledCalls(db).doc(own.scheduledId).set(own);
    return own;
  }

  /** As Cloud Tasks delivers it. @returns the HTTP status: what is not 2xx is delivered again */
  async function deliver({ scheduledId }: Pick<ScheduledCallDoc, "scheduledId">): Promise<number> {
    const response = await fetch(dialler.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${CLOUD_TASKS}` },
      body: JSON.stringify({ data: { scheduledId } }),
    });
    return response.status;
  }

  const statusOf = async ({ scheduledId }: ScheduledCallDoc) =>
    (await scheduledCalls(db).doc(scheduledId).get()).data()?.status;
  const dials = ({ options }: ScheduledCallDoc) => dialsOf(world).get(options.phone_number) ?? 0;

  it("dials it once, though it is delivered twice at once and again when it is done", async () => {
    const call = await due(0);
    assert.deepEqual(await Promise.all([deliver(call), deliver(call)]), [204, 204]);
    assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["placed", 1]);
  });

  it("does nothing any more where the call is cancelled", async () => {
    const call = await due(0);
    const user = { ...world.ctx(), db, caller: { uid: call.userId, claims: {} } };
    await cancelScheduledCall(user, { id: call.scheduledId });
    assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["cancelled", 0]);
  });

  it("dials it where it comes late, up to 15 minutes", async () => {
    const call = await due(14 * 60 + 30);
    assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["placed", 1]);
  });

  it("marks it missed where it comes later still, and dials it neither then nor when it comes again", async () => {
    const call = await due(15 * 60 + 2);
    for (let time = 0; time < 2; time += 1) assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["missed", 0]);
    const stored = (await scheduledCalls(db).doc(call.scheduledId).get()).data();
    assert.equal(stored?.dueAt, null);
  });

  it("that comes before its time leaves it to the sweep, which dials it then", async () => {
    const call = await due(-8);
    assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["scheduled", 0]);
    // Its time has come.
    const at = storedCall(0, new Date()).at;
    await scheduledCalls(db).doc(call.scheduledId).update({ at, dueAt: at });
    const swept = await fetch(sweeper.url, { method: "POST", body: "{}" });
    assert.equal(swept.status, 200);
    assert.deepEqual([await statusOf(call), dials(call)], ["placed", 1]);
  });

  it("of a call that is no more, or never was, is done with", async () => {
    const call = await due(0);
    await scheduledCalls(db).doc(call.scheduledId).delete();
    assert.equal(await deliver(call), 204);
    assert.equal(await deliver({ scheduledId: "nothing" }), 204);
    assert.equal(dials(call), 0);
  });

  it("is delivered again where it could not be done", async () => {
    const call = await due(0);
    await db.doc(`doNotCall/${call.options.phone_number}`).set({ number: 1 });
    assert.equal(await deliver(call), 500);
    assert.deepEqual([await statusOf(call), dials(call)], ["scheduled", 0]);
    await db.doc(`doNotCall/${call.options.phone_number}`).delete();
    assert.equal(await deliver(call), 204);
    assert.deepEqual([await statusOf(call), dials(call)], ["placed", 1]);
  });
});
