import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { isForsaken } from "../../src/calls/hangUpForsaken";
import { makeCall } from "../../src/calls/makeCall";
import { deleteVoiceSession } from "../../src/voice/deleteSession";
import { account, ask } from "../support/assistantApi";
import { callWorld } from "../support/callWorld";
import { eventually } from "../support/eventually";
import { addPhoneFault, freshPhone, phoneCall, phoneCalls, scriptPhone } from "../support/phone";

describe("a call that rings", () => {
  for (const [what, method, pathOf] of [
    ["session is ended", "POST", (id: string) => `/api/voice/sessions/${id}/end`],
    ["session is deleted", "DELETE", (id: string) => `/api/voice/sessions/${id}`],
    ["user is deleted", "DELETE", () => "/users/me"],
  ] as const) {
    it(`rings no longer once its ${what}`, async () => {
      const { accessToken: token } = await account();
      const phone = freshPhone();
      await scriptPhone(phone, { ringMs: 600_000 });
      const placed = await ask("POST", `/make-call/${phone}/survey`, { token, body: {} });
      assert.equal(placed.status, 200, placed.text);
      const { call_sid, session_id } = placed.body as { call_sid: string; session_id: string };
      const ended = await ask(method, pathOf(session_id), { token });
      assert.equal(ended.status, 200, ended.text);
      assert.equal((await phoneCall(call_sid)).status, "canceled");
    });
  }

  it("does not where its session was deleted while Twilio was asked to place it", async () => {
    const { world, as } = callWorld();
    const ann = as("ann");
    const phone = freshPhone();
    await scriptPhone(phone, { ringMs: 600_000 });
    await addPhoneFault({ on: "create", to: phone, hangMs: 1_500 });
    const options = { phone_number: phone, scenarioId: "survey", record: false, max_minutes: 5 };
    const placing = makeCall(ann, options);
    const sessionId = await eventually(async () => {
      const { docs } = await world.db.collection("voiceSessions").get();
      return docs[0]?.id ?? assert.fail("no session yet");
    });
    await deleteVoiceSession(ann, { sessionId });
    const { callSid } = await placing;
    assert.equal((await phoneCall(callSid)).status, "canceled");
    assert.equal((await phoneCalls(phone)).length, 1);
  });
});

describe("a call is hung up at Twilio with its session", () => {
  const at = Timestamp.now();
  const active = { status: "active", call: { callSid: "CA1", answers: 0, statuses: { ringing: { at } } } };
  const ended = { ...active, status: "ended" };
  const call = (more: object) => ({ ...ended, call: { ...ended.call, ...more } });

  it("once, where it waits or rings", () => {
    assert.equal(isForsaken(active, ended), true);
    assert.equal(isForsaken(ended, { ...ended, usage: {} }), false);
    assert.equal(isForsaken(active, undefined), true);
    assert.equal(isForsaken(active, active), false);
  });

  it("also where its SID comes to be known after the end", () => {
    assert.equal(isForsaken(active, call({ callSid: null })), false);
    assert.equal(isForsaken(call({ callSid: null }), ended), true);
  });

  it("and not where it was answered, has ended, or there is none", () => {
    const busy = { ringing: { at }, busy: { at } };
    for (const now of [call({ answers: 1 }), call({ statuses: busy }), { status: "ended" }])
      assert.equal(isForsaken(active, now), false, JSON.stringify(now));
    for (const was of [call({ answers: 1 }), call({ statuses: busy }), { status: "ended" }])
      assert.equal(isForsaken(was, undefined), false, JSON.stringify(was));
  });
});
