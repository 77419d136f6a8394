import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { costOfCall } from "../../src/calls/costOfCall";
import { makeCall } from "../../src/calls/makeCall";
import { settleCall } from "../../src/calls/settleCall";
import { callSpend } from "../../src/calls/store";
import type { Ctx } from "../../src/core/ctx";
import type { CallRecord, CallStatus } from "../../src/voice/callRecord";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { findPhoneSession, noteCall } from "../../src/voice/phoneSessions";
import { callWorld } from "../support/callWorld";
import { freshPhone, scriptPhone } from "../support/phone";

const at = Timestamp.fromDate(new Date("2026-11-20T12:00:00Z"));

/** A call for which 5 USD were set aside. */
const called = (status: CallStatus, more: Partial<CallRecord> = {}): CallRecord => ({
  direction: "outbound",
  callSid: "CA1",
  from: "+14155550100",
  to: "+14155550123",
  maxMinutes: 10,
  record: false,
  statuses: { [status]: { at } },
  answers: 1,
  verdict: { allowedAt: at, zones: [], reserveUsd: 5, day: "2026-11-20" },
  checkAt: null,
  checks: 0,
  ...more,
});
const usd = (amount: number, unit = "USD") => ({ price: { amount, unit } });
const spendOf = async ({ db }: Ctx) =>
  (await callSpend(db).get()).docs.map((one) => [
    one.get("day"),
    one.get("reservedUsd"),
    one.get("spentUsd"),
  ]);

/** A call that is being placed to a phone that rings for long. */
async function placed(start?: Date) {
  const { world, as, system } = callWorld({}, start);
  const phone = freshPhone();
  await scriptPhone(phone, { ringMs: 600_000 });
  const ann = as("ann");
  const options = { phone_number: phone, scenarioId: "survey", record: false, max_minutes: 10 };
  return { world, ann, system, ...(await makeCall(ann, options)) };
}

describe("what a call has cost", () => {
  const { system } = callWorld({ CALL_PHONE_USD_PER_MINUTE: "0.02" });
  const cost = (call: CallRecord, costUsd: number | null | undefined, connections = 1) =>
    costOfCall(system, { call, connections, ...(costUsd === undefined ? {} : { usage: { costUsd } }) });

  it("is the model's usage and Twilio's price", () => {
    assert.equal(cost(called("completed", usd(0.015)), 0.5), 0.515);
    assert.equal(cost(called("completed", usd(0.015, "usd")), undefined, 0), 0.015);
  });

  it("is all that was set aside where the model has no price, or the call goes on", () => {
    assert.equal(cost(called("completed", usd(0.015)), null), 5);
    assert.equal(cost(called("completed", usd(0.015)), undefined), 5);
    assert.equal(cost(called("in-progress"), 0.5), 5);
    assert.equal(cost(called("queued"), undefined, 0), 5);
  });

  it("is its begun minutes where Twilio's price is not in USD, or never comes", () => {
    const minutes = { durationSeconds: 61 };
    assert.equal(cost(called("completed", { ...usd(15, "JPY"), ...minutes }), 0), 0.04);
    assert.equal(cost(called("completed", minutes), 0), 0.04);
    assert.equal(cost(called("completed"), 0), 0.2, "those that it may have lasted");
  });

  it("of one that was put through is that of both calls, the second by the same minutes where its price is not known", () => {
    const put = (call: CallRecord) =>
      costOfCall(system, { call, connections: 1, usage: { costUsd: 0 }, endReason: "transferred" });
    const transferPrice = { amount: 0.25, unit: "USD" };
    assert.equal(put(called("completed", { ...usd(0.125), transferPrice })), 0.375);
    assert.equal(put(called("completed", { ...usd(0.125), durationSeconds: 61 })), 0.165);
    assert.equal(put(called("completed", { durationSeconds: 61 })), 0.08);
  });

  it("is nothing where nobody took it", () => {
    for (const status of ["busy", "no-answer", "canceled", "failed"] as const)
      assert.equal(cost(called(status), undefined, 0), 0, status);
  });
});

describe("what is set aside for a call", () => {
  it("is all spent where its model has no price", async () => {
    const { world, ann, system, sessionId } = await placed(at.toDate());
    const usage = {
      responses: 5,
      textIn: 1,
      textCachedIn: 0,
      textOut: 1,
      audioIn: 1,
      audioCachedIn: 0,
      audioOut: 1,
    };
    await world.db.doc(`voiceSessions/${sessionId}`).update({
      usage: { ...usage, costUsd: null },
      connections: 1,
      status: "ended",
      call: { ...called("completed", usd(0.01)), checkAt: Timestamp.fromDate(world.now()) },
    });
    await settleCall(system, sessionId);
    assert.deepEqual(await spendOf(ann), [["2026-11-20", 0, 5]]);
  });

  it("is settled on the day that it was set aside on, also where that ends meanwhile", async () => {
    const midnight = Date.parse("2026-11-21T00:00:00.000Z");
    const { as, system } = callWorld({}, new Date(midnight - 60_000));
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 600_000 });
    let looks = 0;
    // The day ends between one look at the clock and the next, whichever that is.
    for (let last = 1; last <= 12; last += 1) {
      const ann = as(`ann-${last}`);
      looks = 0;
      const now = () => {
        looks += 1;
        return new Date(looks > last ? midnight : midnight - 1);
      };
      const options = { phone_number: phone, scenarioId: "survey", record: false, max_minutes: 10 };
      const { sessionId } = await makeCall({ ...ann, now, newId: () => `s${last}` }, options);
      const verdict = (await findPhoneSession(system, sessionId))?.call.verdict;
      assert.equal(verdict?.day, verdict?.allowedAt.toDate().toISOString().slice(0, 10), `look ${last}`);
      await ann.db.doc(`voiceSessions/${sessionId}`).update({ "call.statuses": { busy: { at } } });
      await settleCall(system, sessionId);
    }
    for (const [day, reserved, spent] of await spendOf(system))
      assert.deepEqual([reserved, spent], [0, 0], String(day));
  });

  it("is free again where the session of a call that nobody took is deleted before it is settled", async () => {
    const { world, ann, system, sessionId, callSid } = await placed();
    const event = { at: Timestamp.fromDate(world.now()) };
    await noteCall(system, sessionId, { callSid, status: "busy", event });
    await deleteVoiceSession(ann, { sessionId });
    assert.deepEqual(
      (await spendOf(ann)).map(([, ...sums]) => sums),
      [[0, 0]],
    );
  });

  it("is spent where the session of a call is deleted whose cost nobody knows: that makes none cheaper", async () => {
    const { ann, system, sessionId } = await placed();
    await deleteVoiceSession(ann, { sessionId });
    assert.deepEqual(
      (await spendOf(ann)).map(([, ...sums]) => sums),
      [[0, 5]],
    );
    assert.equal(await settleCall(system, sessionId), true);
    assert.deepEqual(
      (await spendOf(ann)).map(([, ...sums]) => sums),
      [[0, 5]],
    );
  });
});
