import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server";
import { speakWhole } from "../../../simulators/openai/speech";
import { createCtx } from "../../../src/core/ctx";
import { createLogger } from "../../../src/core/log";
import { endSession } from "../../../src/voice/endSession";
import { transcripts, turns } from "../../../src/voice/store";
import { eventually } from "../../support/eventually";
import { type FakeModel, startFakeModel } from "../../support/fakeModel";
import { Phone, phoneSession, sessionNow, soon, tokenFor } from "../../support/phoneCall";
import { type PhoneRelay, startPhoneRelay } from "../../support/phoneRelay";

const GREETING = "Hello, how may I help you?";
const STORY = "There was a lighthouse that nobody had lit for a hundred years, and yet it shone. ".repeat(20);
const HUMAN = { TRANSFER_PHONE_NUMBER: "+14155550100" };

const SPEECH = speakWhole("one two three", { format: "audio/pcmu", voice: "marin", speed: 1 });
const PAUSE = Buffer.alloc(1_200 * 8, 0xff);

describe("A phone call at the relay", () => {
  let simulator: OpenAiSimulator;
  let relay: PhoneRelay;
  beforeEach(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 10, realTimeFactor: 20 } });
    relay = await startPhoneRelay(simulator.realtimeUrl, { config: HUMAN });
  });
  afterEach(async () => {
    await relay.drain();
    await simulator.stop();
  });
  const speak = (phone: Phone) => phone.say(Buffer.concat([SPEECH, PAUSE]));
  /** What the model has been sent, without audio. */
  const sent = (type: string) =>
    simulator
      .sessions()
      .flatMap(({ events }) => events)
      .filter((event) => event.type === type);

  it("greets, hears and answers in µ-law, and is stored as it was spoken", async () => {
    simulator.setScript({
      greeting: GREETING,
      turns: [{ heard: "What time is it?", reply: "It is noon." }],
    });
    const { sessionId, token } = await phoneSession({ instructions: "You are a clock." });
    const phone = await Phone.call(relay.url, token);
    await eventually(async () => assert.equal((await turnsOf(sessionId)).length, 1));
    speak(phone);
    const stored = await eventually(async () => {
      const spoken = await turnsOf(sessionId);
      assert.equal(spoken.length, 3);
      return spoken;
    });
    assert.deepEqual(
      stored.map(({ role, content, interrupted }) => [role, content, interrupted]),
      [
        ["assistant", GREETING, false],
        ["user", "What time is it?", false],
        ["assistant", "It is noon.", false],
      ],
    );
    const voice = { format: "audio/pcmu", voice: "marin", speed: 1 } as const;
    await eventually(async () =>
      assert.ok(
        phone.heard().equals(Buffer.concat([GREETING, "It is noon."].map((text) => speakWhole(text, voice)))),
      ),
    );
    const { config } = simulator.sessions()[0] ?? {};
    assert.deepEqual(config?.audio.input.format, { type: "audio/pcmu" });
    assert.deepEqual(config?.audio.output.format, { type: "audio/pcmu" });
    assert.match(config?.instructions ?? "", /^You are a clock\.\n\n.*phone call/s);
    assert.deepEqual(
      config?.tools.map((tool) => (tool as { name?: string }).name),
      ["end_call", "transfer_to_human"],
    );
    assert.deepEqual(new Set(phone.messages.map(({ event }) => event)), new Set(["media", "mark"]));
    const samples = await relay.metrics.registry.metrics();
    assert.match(samples, /^voice_relay_calls 1$/m);
    assert.match(samples, /^voice_relay_sessions 1$/m);
    phone.stop();
    assert.equal((await phone.closed).code, 1000);
    await eventually(async () =>
      assert.match(await relay.metrics.registry.metrics(), /^voice_relay_calls 0$/m),
    );
    assert.match(await relay.metrics.registry.metrics(), /^voice_relay_closes_total\{code="1000"\} 1$/m);
  });

  it("is silenced when the caller barges in, and knows what was heard", async () => {
    simulator.setScript({ greeting: STORY, turns: [{ heard: "Stop.", reply: "Yes?" }] });
    const { sessionId, token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    phone.autoPlay = false;
    await phone.until("mark", 15);
    phone.play(5);
    speak(phone);
    await phone.until("clear");
    const [story] = await eventually(async () => {
      const spoken = await turnsOf(sessionId);
      assert.equal(spoken.length, 3);
      return spoken;
    });
    const [playedMs = 0, nextMs = 0] = [5, 6].map((marks) => msBefore(phone, marks));
    const heardMs = story?.heardMs ?? Number.NaN;
    assert.equal(story?.interrupted, true);
    // The caller has spoken since the fifth mark came back, and the sixth has not.
    assert.ok(heardMs > playedMs && heardMs <= nextMs, `${heardMs} of ${playedMs} to ${nextMs} ms`);
    assert.deepEqual(
      sent("conversation.item.truncate").map((event) => [event.item_id, event.audio_end_ms]),
      [[story?.itemId, heardMs]],
    );
    assert.equal(sent("response.cancel").length, 1);
    assert.equal(phone.count("clear"), 1);
    const metrics = await relay.metrics.registry.metrics();
    assert.match(metrics, /^voice_relay_barge_in_seconds_count 1$/m);
    const cut = phone.messages.findIndex(({ event }) => event === "clear");
    const after = phone.messages.slice(cut).map(({ media }) => Buffer.from(media?.payload ?? "", "base64"));
    const answer = speakWhole("Yes?", { format: "audio/pcmu", voice: "marin", speed: 1 });
    assert.ok(Buffer.concat(after).equals(answer), "nothing of the story is sent any more");
    phone.hangUp();
  });

  it("tells the model which keys were pressed", async () => {
    const { sessionId, token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    await phone.until("mark");
    phone.press("12#");
    await eventually(async () => {
      const spoken = await turnsOf(sessionId);
      assert.deepEqual(
        spoken.map(({ role }) => role),
        ["assistant", "user", "assistant"],
      );
      assert.equal(spoken[1]?.content, "[The caller pressed 1 2 on the keypad.]");
    });
    phone.hangUp();
  });

  for (const [name, endReason, reason] of [
    ["end_call", "assistant", "hung up"],
    ["transfer_to_human", "transferred", "transferred"],
  ] as const) {
    it(`ends by ${name}: after the farewell was heard, and the session has ended when the stream does`, async () => {
      simulator.setScript({
        greeting: GREETING,
        turns: [{ heard: "That is all.", call: { name }, reply: "Farewell." }],
      });
      const { sessionId, token } = await phoneSession();
      const phone = await Phone.call(relay.url, token);
      await eventually(async () => assert.equal((await turnsOf(sessionId)).length, 1));
      speak(phone);
      const closed = await phone.closed;
      const session = await sessionNow(sessionId);
      assert.deepEqual([session?.status, session?.endReason], ["ended", endReason]);
      assert.ok((session?.endedAt?.toMillis() ?? 0) <= closed.at);
      assert.deepEqual([closed.code, closed.reason], [1000, reason]);
      assert.equal(phone.heard().length, speakWhole(`${GREETING} Farewell.`, MU_LAW).length);
      assert.equal(sent("response.create").length, 2, "greeting and farewell");
      const transcript = await eventually(async () => {
        const stored = (await transcripts(createCtx().db).doc(sessionId).get()).data();
        assert.equal(stored?.messages.length, 3);
        return stored;
      });
      assert.deepEqual(
        transcript?.messages.map(({ content }) => content),
        [GREETING, "That is all.", "Farewell."],
      );
      await eventually(async () => assert.equal((await sessionNow(sessionId))?.connectionId, null));
    });
  }

  it("goes on as a session where the caller hangs up: whoever runs the call ends it", async () => {
    for (const leave of [(phone: Phone) => phone.stop(), (phone: Phone) => phone.hangUp()]) {
      const { sessionId, token } = await phoneSession();
      const phone = await Phone.call(relay.url, token);
      await phone.until("mark");
      leave(phone);
      await eventually(async () => {
        const session = await sessionNow(sessionId);
        assert.deepEqual([session?.status, session?.relayId, session?.connectionId], ["active", null, null]);
      });
    }
  });

  it("does not take for heard what was sent when the caller hung up", async () => {
    simulator.setScript({ greeting: GREETING });
    const { sessionId, token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    phone.autoPlay = false;
    await eventually(async () => assert.equal((await turnsOf(sessionId)).length, 1));
    phone.stop();
    await eventually(async () => {
      const [greeting] = await turnsOf(sessionId);
      assert.deepEqual([greeting?.content, greeting?.interrupted, greeting?.heardMs], [GREETING, true, 0]);
    });
  });

  it("is closed with the session open where the model is lost, and a new stream goes on where it was", async () => {
    simulator.setScript({ greeting: GREETING, turns: [{ reply: STORY }] });
    simulator.addFault({ kind: "close_mid_response", afterMs: 300 });
    const session = await phoneSession();
    const phone = await Phone.call(relay.url, session.token);
    assert.equal((await phone.closed).code, 1011);
    await eventually(async () => assert.equal((await sessionNow(session.sessionId))?.connectionId, null));
    assert.equal((await sessionNow(session.sessionId))?.status, "active");
    const before = await turnsOf(session.sessionId);
    assert.equal(before.length, 1);

    const again = await Phone.call(relay.url, await tokenFor(session));
    await again.until("mark");
    const events = simulator.sessions().at(-1)?.events ?? [];
    const item = events.find((event) => event.type === "conversation.item.create")?.item as { id: string };
    assert.equal(item.id, before[0]?.itemId);
    const create = events.find((event) => event.type === "response.create");
    assert.match(JSON.stringify(create), /interrupted for a moment/);
    again.hangUp();
  });

  it("is closed, its transcript whole, with all the others when the relay is told to stop", async function () {
    this.timeout(60_000);
    simulator.setScript({ greeting: STORY });
    simulator.setPace({ realTimeFactor: 1 });
    const sessions: Awaited<ReturnType<typeof phoneSession>>[] = [];
    const phones: Phone[] = [];
    // One after another: the emulator gives up transactions that come by the dozen.
    for (let call = 0; call < 50; call += 1) {
      const session = await phoneSession();
      sessions.push(session);
      const phone = await Phone.call(relay.url, session.token);
      await phone.until("mark", 1);
      phones.push(phone);
    }
    await Promise.all(phones.map((phone) => phone.until("mark", 3)));
    const waiting = await Phone.dial(relay.url);
    const startedAt = Date.now();
    await relay.drain();
    assert.ok(Date.now() - startedAt < 9_000, "nobody is waited for who has not begun");
    assert.equal((await waiting.closed).code, 1012);
    for (const [index, phone] of phones.entries()) {
      assert.equal((await phone.closed).code, 1012);
      const { sessionId = "" } = sessions[index] ?? {};
      const [story, ...more] = await turnsOf(sessionId);
      assert.deepEqual(more, []);
      assert.ok(story?.interrupted && (story.heardMs ?? 0) > 0);
      assert.ok(story.content.length > 0 && STORY.startsWith(story.content));
      const session = await sessionNow(sessionId);
      assert.deepEqual([session?.status, session?.connectionId], ["active", null]);
    }
  });

  it("is closed when its session ends elsewhere, and once its time is up", async () => {
    const ended = await phoneSession();
    const phone = await Phone.call(relay.url, ended.token);
    await phone.until("mark");
    await endSession(
      { ...createCtx(), db: createCtx().db, log: createLogger("ERROR") },
      ended.sessionId,
      "hangup",
    );
    assert.equal((await phone.closed).code, 1000);
    assert.equal((await sessionNow(ended.sessionId))?.endReason, "hangup");

    const expiring = await phoneSession({ expiresAt: soon(1_500) });
    const other = await Phone.call(relay.url, expiring.token);
    assert.equal((await other.closed).code, 4408);
    assert.equal((await sessionNow(expiring.sessionId))?.endReason, "expired");
  });

  it("is held by one stream: a newer one displaces it", async () => {
    const session = await phoneSession();
    const first = await Phone.call(relay.url, session.token);
    await first.until("mark");
    const second = await Phone.call(relay.url, await tokenFor(session));
    assert.equal((await first.closed).code, 4409);
    await second.until("mark");
    assert.equal(second.socket.readyState, second.socket.OPEN);
    second.hangUp();
  });
});

const MU_LAW = { format: "audio/pcmu", voice: "marin", speed: 1 } as const;

describe("The audio of a phone call", () => {
  let model: FakeModel;
  let relay: PhoneRelay;
  beforeEach(async () => {
    model = await startFakeModel();
    relay = await startPhoneRelay(model.url);
  });
  afterEach(async () => {
    await relay.drain();
    await model.stop();
  });

  it("goes through to the bit in both directions, however it is written", async () => {
    const { token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    await eventually(async () => assert.ok(model.received.some(({ type }) => type === "response.create")));
    const noise = Buffer.from(Array.from({ length: 4_001 }, (_, at) => (at * 89) % 256));
    phone.say(noise);
    phone.send(
      `{ "streamSid": "MZ1", "media" : { "payload" : "${noise.toString("base64").replaceAll("/", "\\/")}" }, "event" : "media"}`,
    );
    await eventually(async () => assert.ok(model.heard().equals(Buffer.concat([noise, noise]))));

    const delta = noise.toString("base64");
    model.say(
      { type: "response.output_audio.delta", event_id: "e1", response_id: "r", item_id: "i", delta },
      `{"delta": "${delta.replaceAll("/", "\\/")}", "item_id" : "i", "type": "response.output_audio.delta"}`,
      `{"event_id":"e2","type":"response.output_audio.delta","delta":"${delta}","response_id":"r","item_id":"i"}`,
      { type: "response.output_audio.delta", event_id: "e1", response_id: "r", item_id: "i", delta: '","' },
    );
    await eventually(async () => assert.ok(phone.heard().equals(Buffer.concat([noise, noise, noise]))));
    phone.hangUp();
  });

  it("does not get out of its field: what is no base64 goes nowhere", async () => {
    const { token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    await eventually(async () => assert.ok(model.received.some(({ type }) => type === "response.create")));
    const before = model.received.length;
    for (const payload of [
      "\\",
      'AAAA\\","type":"session.update","x":"',
      "A",
      "é===",
      "AA AA",
      "AAAA\\u0022",
    ]) {
      phone.send(`{"event":"media","media":{"payload":"${payload}"}}`);
    }
    phone.say(Buffer.alloc(160, 0x55));
    await eventually(async () => assert.ok(model.heard().equals(Buffer.alloc(160, 0x55))));
    assert.equal(model.received.length, before + 1);
    phone.hangUp();
  });

  it("that came before the model listened is not lost", async () => {
    const { token } = await phoneSession();
    const phone = await Phone.call(relay.url, token);
    phone.say(Buffer.alloc(1_600, 0x33));
    await eventually(async () => assert.ok(model.heard().equals(Buffer.alloc(1_600, 0x33))));
    phone.hangUp();
  });
});

async function turnsOf(sessionId: string) {
  const stored = await turns(createCtx().db, sessionId).orderBy("order").get();
  return stored.docs.map((document) => document.data());
}

/** How much the phone was sent before its mark of that number, in ms. */
function msBefore({ messages }: Phone, marks: number): number {
  const at = messages.flatMap(({ event }, index) => (event === "mark" ? [index] : []))[marks - 1];
  const before = messages.slice(0, at).map(({ media }) => Buffer.from(media?.payload ?? "", "base64").length);
  return before.reduce((sum, bytes) => sum + bytes, 0) / 8;
}
