import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { afterEach, beforeEach, describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server";
import { speakWhole } from "../../../simulators/openai/speech";
import { answerCall } from "../../../src/calls/answerCall";
import { doNotCall } from "../../../src/calls/store";
import { createCtx } from "../../../src/core/ctx";
import { newId } from "../../../src/core/ids";
import type { CallRecord } from "../../../src/voice/callRecord";
import { recordConversation } from "../../../src/voice/recordConversation";
import { type SessionDoc, sessions } from "../../../src/voice/store";
import { NO_USAGE } from "../../../src/voice/usage";
import { eventually } from "../../support/eventually";
import { startFakeModel } from "../../support/fakeModel";
import { freshPhone } from "../../support/phone";
import { Phone, phoneSession, sessionNow, tokenFor } from "../../support/phoneCall";
import { type PhoneRelay, startPhoneRelay } from "../../support/phoneRelay";

const GREETING = "Hello, how may I help you?";
const STORY = "There was a lighthouse that nobody had lit for a hundred years, and yet it shone. ".repeat(4);
const SPEECH = speakWhole("one two three", { format: "audio/pcmu", voice: "marin", speed: 1 });
const PAUSE = Buffer.alloc(1_200 * 8, 0xff);

const SCENARIO = { scenarioId: "s", persona: "p", prompt: "p", voiceType: "neutral" };
const call = (more: Partial<CallRecord> = {}): CallRecord => ({
  direction: "outbound",
  callSid: `CA${newId().replaceAll("-", "")}`,
  from: "+14155550100",
  to: freshPhone(),
  maxMinutes: 10,
  record: false,
  statuses: { "in-progress": { at: Timestamp.now() } },
  answers: 1,
  checkAt: null,
  checks: 0,
  ...more,
});
const verdict = (reserveUsd: number) => ({
  allowedAt: Timestamp.now(),
  zones: ["America/Los_Angeles"],
  reserveUsd,
  day: "2026-01-01",
});

describe("A phone call ends", () => {
  let simulator: OpenAiSimulator;
  let relay: PhoneRelay;
  beforeEach(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 10, realTimeFactor: 20 } });
    relay = await startPhoneRelay(simulator.realtimeUrl);
  });
  afterEach(async () => {
    await relay.drain();
    await simulator.stop();
  });
  const asked = () =>
    simulator
      .sessions()
      .flatMap(({ events }) => events)
      .filter(({ type }) => type === "response.create")
      .map((event) => JSON.stringify(event));
  const answeredBy = (sessionId: string, who: string) =>
    sessions(createCtx().db).doc(sessionId).withConverter(null).update({ "call.answeredBy": who });
  const ended = async (phone: Phone, sessionId: string): Promise<SessionDoc["endReason"]> => {
    await phone.closed;
    return (await sessionNow(sessionId))?.endReason;
  };

  it("with the message for the machine that has answered: all else is broken off", async () => {
    simulator.setScript({ greeting: STORY, turns: [{ reply: "Please call us back." }] });
    const scenario = { ...SCENARIO, onVoicemail: "leave_message" as const };
    const { sessionId, token } = await phoneSession({ scenario, call: call() });
    const phone = await Phone.call(relay.url, token);
    await phone.until("mark", 3);
    phone.autoPlay = false;
    await phone.until("mark", 6);
    await answeredBy(sessionId, "machine_end_beep");
    await phone.until("clear");
    phone.autoPlay = true;
    assert.equal(await ended(phone, sessionId), "voicemail");
    assert.equal(asked().length, 2);
    assert.match(asked()[1] ?? "", /answering machine.*"tool_choice":"none"/);
  });

  it("with the message as well where the machine was noticed before the line was there", async () => {
    const scenario = { ...SCENARIO, onVoicemail: "leave_message" as const };
    const session = await phoneSession({ scenario, call: call({ answeredBy: "machine_end_other" }) });
    const phone = await Phone.call(relay.url, session.token);
    assert.equal(await ended(phone, session.sessionId), "voicemail");
    assert.equal(asked().length, 1);
    assert.match(asked()[0] ?? "", /answering machine/);
  });

  it("at once where a machine was noticed that is to be hung up on, should nobody else have ended it", async () => {
    simulator.setScript({ greeting: STORY });
    const scenario = { ...SCENARIO, onVoicemail: "hang_up" as const };
    const early = await phoneSession({ scenario, call: call({ answeredBy: "machine_start" }) });
    assert.equal(await ended(await Phone.call(relay.url, early.token), early.sessionId), "voicemail");
    assert.equal(asked().length, 0);
    const late = await phoneSession({ scenario, call: call() });
    const phone = await Phone.call(relay.url, late.token);
    await phone.until("mark", 1);
    await answeredBy(late.sessionId, "machine_start");
    assert.equal(await ended(phone, late.sessionId), "voicemail");
    assert.equal(asked().length, 1, "its greeting");
  });

  it("not because of a machine where the scenario carries on, nor because of a person", async () => {
    simulator.setScript({ greeting: GREETING });
    for (const [onVoicemail, who] of [
      ["carry_on", "machine_start"],
      ["leave_message", "human"],
      ["leave_message", "unknown"],
    ] as const) {
      const session = await phoneSession({ scenario: { ...SCENARIO, onVoicemail }, call: call() });
      const phone = await Phone.call(relay.url, session.token);
      await phone.until("mark", 1);
      await answeredBy(session.sessionId, who);
      await new Promise((resolve) => setTimeout(resolve, 700));
      assert.equal(phone.socket.readyState, phone.socket.OPEN);
      phone.hangUp();
    }
    assert.equal(asked().length, 3, "three greetings");
  });

  it("with a sentence when it has cost what was set aside for it", async () => {
    simulator.setScript({ greeting: STORY, turns: [{ reply: "We have to end here, goodbye." }] });
    const { sessionId, token } = await phoneSession({ call: call({ verdict: verdict(0.03) }) });
    const phone = await Phone.call(relay.url, token);
    await phone.until("mark", 2);
    assert.equal(await ended(phone, sessionId), "spent");
    assert.match(asked().at(-1) ?? "", /time for this call is used up.*"tool_choice":"none"/);
  });

  it("with Twilio's sentence where it has cost as much and the model fails at its own", async () => {
    const model = await startFakeModel();
    const other = await startPhoneRelay(model.url);
    const callSid = `CA${newId().replaceAll("-", "")}`;
    const { sessionId, token } = await phoneSession({ call: call({ callSid, verdict: verdict(0.03) }) });
    const phone = await Phone.call(other.url, token);
    const creates = (count: number) =>
      eventually(async () => {
        const found = model.received.filter(({ type }) => type === "response.create");
        assert.equal(found.length, count);
        const { response } = found.at(-1) ?? assert.fail("nothing was asked for");
        return (response as { metadata: object }).metadata;
      });
    const answers = (id: string, metadata: object, status: string, usage: object) => {
      model.say({ type: "response.created", response: { id, metadata } });
      model.say({ type: "response.done", response: { id, metadata, status, output: [], usage } });
    };
    answers("r1", await creates(1), "completed", { output_token_details: { audio_tokens: 100_000 } });
    answers("r2", await creates(2), "failed", {});
    assert.equal(await ended(phone, sessionId), "expired");
    const asked = { session: sessionId, CallSid: callSid, CallStatus: "in-progress" } as const;
    assert.match(await answerCall(createCtx(), asked), /<Say>Our time is up/);
    await other.drain();
    await model.stop();
  });

  it("for its cost also where that came before the line was lost", async () => {
    simulator.setScript({ greeting: GREETING });
    const ctx = createCtx();
    const session = await phoneSession({ call: call({ verdict: verdict(1) }) });
    const first = await Phone.call(relay.url, session.token);
    await first.until("mark", 1);
    first.hangUp();
    await eventually(async () => assert.equal((await sessionNow(session.sessionId))?.connectionId, null));
    const used = { ...NO_USAGE, costUsd: 0.99, model: "m", createdAt: Timestamp.now() };
    await recordConversation(ctx, session.sessionId, {
      turns: [],
      responses: [{ responseId: "earlier", used }],
    });
    const again = await Phone.call(relay.url, await tokenFor(session));
    assert.equal(await ended(again, session.sessionId), "spent");
  });

  it("never for money where nothing was set aside: a call that came in", async () => {
    simulator.setScript({ greeting: GREETING });
    const { token } = await phoneSession({ call: call({ direction: "inbound" }) });
    const phone = await Phone.call(relay.url, token);
    await phone.until("mark", 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(asked().length, 1);
    phone.hangUp();
  });

  for (const direction of ["outbound", "inbound"] as const) {
    it(`for good where the person wants no more calls: opt_out lists the other's number (${direction})`, async () => {
      simulator.setScript({
        greeting: GREETING,
        turns: [{ heard: "Never call me again.", call: { name: "opt_out" } }, { reply: "It is noted." }],
      });
      const phoneCall = call({ direction });
      const other = direction === "outbound" ? phoneCall.to : phoneCall.from;
      const { token } = await phoneSession({
        call: { ...phoneCall, from: freshPhone(), [direction === "outbound" ? "to" : "from"]: other },
      });
      const phone = await Phone.call(relay.url, token);
      await phone.until("mark", 1);
      phone.say(Buffer.concat([SPEECH, PAUSE]));
      await eventually(async () => {
        const entry = (await doNotCall(createCtx().db).doc(other).get()).data();
        assert.deepEqual([entry?.everyone, entry?.source], [true, "call"]);
      });
      await eventually(async () => {
        const outputs = simulator
          .sessions()
          .flatMap(({ events }) => events)
          .filter(({ type }) => type === "conversation.item.create")
          .map((event) => JSON.stringify(event));
        assert.match(outputs.join(), /function_call_output.*do-not-call list/);
      });
      phone.hangUp();
    });
  }

  it("with a withheld number the model is told that it cannot be listed", async () => {
    simulator.setScript({
      greeting: GREETING,
      turns: [{ heard: "Never call me again.", call: { name: "opt_out" } }, { reply: "I see." }],
    });
    const { token } = await phoneSession({ call: call({ direction: "inbound", from: "anonymous" }) });
    const phone = await Phone.call(relay.url, token);
    await phone.until("mark", 1);
    phone.say(Buffer.concat([SPEECH, PAUSE]));
    await eventually(async () => {
      const events = simulator.sessions().flatMap(({ events }) => events);
      assert.match(JSON.stringify(events), /The number is withheld/);
    });
    phone.hangUp();
  });
});
