import assert from "node:assert/strict";
import fc from "fast-check";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { type ToldStatus, withStatus } from "../../src/calls/callChanges";
import { type CallRecord, statusOf } from "../../src/voice/callRecord";
import type { PhoneSession } from "../../src/voice/phoneSessions";
import { testWorld } from "../support/testCtx";

const SID = "CA00000000000000000000000000000001";
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, second));

const callbacks: ToldStatus[] = [
  { callSid: SID, status: "initiated", sequence: 0, at: at(1) },
  { callSid: SID, status: "ringing", sequence: 1, at: at(2) },
  { callSid: SID, status: "in-progress", sequence: 2, at: at(5) },
  { callSid: SID, status: "completed", sequence: 3, at: at(65), durationSeconds: 60 },
];

const placed: CallRecord = {
  direction: "outbound",
  callSid: null,
  from: "+14155550100",
  to: "+14155550123",
  maxMinutes: 10,
  record: false,
  statuses: {},
  answers: 0,
  checkAt: null,
  checks: 0,
};

/** What a call is once all of this was told, in this order. */
function outcomeOf(told: readonly ToldStatus[]) {
  const world = testWorld();
  let call = placed;
  let ended: string | undefined;
  for (const one of told) {
    const change = withStatus(world.as(), { call } as PhoneSession, one);
    call = { ...call, ...change?.call };
    ended ??= change?.ended;
    world.pass(1);
  }
  return { call, ended };
}

describe("what Twilio tells of a call", () => {
  it("comes to the same in whatever order and however often it comes", () => {
    const whole = outcomeOf(callbacks);
    assert.equal(statusOf(whole.call), "completed");
    assert.equal(whole.ended, "hangup");
    assert.equal(whole.call.durationSeconds, 60);
    const anyOrder = fc
      .array(fc.nat(callbacks.length - 1), { maxLength: 8 })
      .chain((more) =>
        fc.shuffledSubarray([...callbacks.keys(), ...more], { minLength: callbacks.length + more.length }),
      );
    fc.assert(
      fc.property(anyOrder, (order) => {
        const told = outcomeOf(order.map((index) => callbacks[index] as ToldStatus));
        // When Twilio is asked for the price depends on when the end was heard of.
        const { checkAt: _, ...record } = told.call;
        const { checkAt: __, ...expected } = whole.call;
        assert.deepEqual(record, expected);
        assert.equal(told.ended, "hangup");
      }),
    );
  });

  it("is told of the end by its own name", () => {
    for (const [status, reason] of [
      ["completed", "hangup"],
      ["busy", "busy"],
      ["no-answer", "no_answer"],
      ["canceled", "canceled"],
      ["failed", "failed"],
    ] as const) {
      assert.equal(outcomeOf([{ callSid: SID, status, sequence: 2 }]).ended, reason);
    }
  });

  it("with its number and time stands above when we heard of it", () => {
    const heard = outcomeOf([
      { callSid: SID, status: "completed" },
      callbacks[3] as ToldStatus,
      { status: "completed" },
    ]);
    assert.deepEqual(heard.call.statuses.completed, { at: Timestamp.fromDate(at(65)), sequence: 3 });
  });

  it("of another call, or in a word that is not known, changes nothing", () => {
    const { call } = outcomeOf(callbacks.slice(0, 2));
    const ctx = testWorld().as();
    const other = { callSid: "CA00000000000000000000000000000002", status: "completed", sequence: 9 };
    assert.equal(withStatus(ctx, { call } as PhoneSession, other), undefined);
    const unknown = withStatus(ctx, { call } as PhoneSession, {
      callSid: SID,
      status: "levitating",
      sequence: 9,
    });
    assert.deepEqual(unknown?.call?.statuses, call.statuses);
  });
});
