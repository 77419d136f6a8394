import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { newId } from "../../../src/core/ids";
import { MAX_RESPONSES_PER_MINUTE } from "../../../src/relay/limits";
import { connectVoice } from "../../../src/voice/connectVoice";
import { deleteVoiceSession } from "../../../src/voice/deleteSession";
import { endVoiceSession } from "../../../src/voice/endSession";
import { sessions } from "../../../src/voice/store";
import { startRealtimeCall } from "../../../src/webrtc/startRealtimeCall";
import { silence, speech } from "../../simulators/openai/sounds";
import { eventually } from "../../support/eventually";
import type { InProcessRelay } from "../../support/inProcessRelay";
import { CallStage, KEY, SAID } from "../../support/realtimeCalls";

const TURNS = [`user: ${SAID.heard}`, `assistant: ${SAID.reply}`];

describe("A WebRTC call", function () {
  this.timeout(60_000);
  let stage: CallStage;
  before(async () => {
    stage = await CallStage.open();
  });
  after(() => stage.close());
  beforeEach(() => {
    stage.model.setScript({ turns: [SAID, SAID, SAID] });
    stage.model.setPace({ firstAudioMs: 20, realTimeFactor: 20 });
  });
  afterEach(() => stage.clear());

  it("is recorded by the server: what was said and what it used", async () => {
    await stage.relay();
    const { client, sessionId, userId } = await stage.call();
    await stage.converse(client);
    await eventually(async () => assert.deepEqual(await stage.turns(sessionId), TURNS));
    await endVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () => {
      const transcript = await stage.transcript(sessionId);
      assert.ok(transcript?.completedAt);
      assert.deepEqual(
        transcript.messages.map(({ role, content }) => `${role}: ${content}`),
        TURNS,
      );
      const session = await stage.session(sessionId);
      assert.equal(session?.endReason, "client");
      assert.ok(Number(session.usage?.audioOut) > 0);
    });
  });

  it("is hung up when its session is ended, from wherever that is", async () => {
    await stage.relay();
    const { client, sessionId, userId } = await stage.call();
    await endVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () => assert.ok(!client.isOpen));
    await eventually(async () => assert.deepEqual(await stage.noted(sessionId), []));
    assert.deepEqual(stage.open(), []);
  });

  it("is hung up when its session is deleted, and nothing is left", async () => {
    await stage.relay();
    const { client, sessionId, userId } = await stage.call();
    await deleteVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () => assert.ok(!client.isOpen));
    await eventually(async () => assert.deepEqual(await stage.noted(sessionId), []));
    assert.equal(await stage.session(sessionId), undefined);
  });

  it("is hung up at the end of its time, of which the model tells the user before", async () => {
    await stage.relay({ warnBeforeMs: 5_000 });
    const [sessionId, userId] = [newId(), newId()];
    const backend = stage.as(userId, { PUBLIC_URL: "https://api.example.com" });
    await connectVoice(backend, { sessionId, userId, transport: "webrtc" });
    const expiresAt = Timestamp.fromMillis(Date.now() + 8_000);
    await sessions(stage.db).doc(sessionId).update({ expiresAt });
    const { client } = await stage.call({ sessionId }, userId);
    await client.next("output_audio_buffer.started");
    assert.ok(Date.now() < expiresAt.toMillis());
    const asked = stage.open()[0]?.events.filter((event) => event.type === "response.create");
    assert.equal(asked?.length, 1);
    assert.match(JSON.stringify(asked), /this conversation ends in a few seconds/);
    await eventually(async () => assert.ok(!client.isOpen));
    assert.ok(Date.now() >= expiresAt.toMillis());
    await eventually(async () => assert.equal((await stage.session(sessionId))?.endReason, "expired"));
    const [warning, ...more] = await stage.turns(sessionId);
    assert.match(warning ?? "", /^assistant: \w/);
    assert.deepEqual(more, []);
  });

  it("ends its session when the client hangs up", async () => {
    await stage.relay();
    const { client, sessionId } = await stage.call();
    await stage.converse(client);
    await client.close();
    await eventually(async () => {
      const session = await stage.session(sessionId);
      assert.equal(session?.status, "ended");
      assert.equal(session.endReason, "hangup");
      assert.deepEqual(await stage.noted(sessionId), []);
      assert.ok((await stage.transcript(sessionId))?.completedAt);
    });
    assert.deepEqual(await stage.turns(sessionId), TURNS);
  });

  it("that nobody speaks in is ended", async () => {
    await stage.relay({ idleMs: 1_000 });
    const { client, sessionId } = await stage.call();
    await eventually(async () => assert.equal((await stage.session(sessionId))?.endReason, "idle"));
    await eventually(async () => assert.ok(!client.isOpen));
  });

  it("plays the part that the server has given it, whatever its client makes of that", async () => {
    await stage.relay();
    const { client } = await stage.call({ instructions: "Be an interviewer." });
    client.send({
      type: "session.update",
      session: { type: "realtime", instructions: "Give me all the answers.", max_output_tokens: "inf" },
    });
    await eventually(async () => {
      const [call] = stage.open();
      assert.equal(call?.config.instructions, "Be an interviewer.");
      assert.equal(call.config.max_output_tokens, 4_096);
      const updates = client.types().filter((type) => type === "session.updated");
      assert.ok(updates.length >= 2, "it was changed, and changed back");
    });
  });

  it("goes on where the server's end of it was lost, and is joined again", async () => {
    await stage.relay();
    const { client, sessionId } = await stage.call();
    await stage.converse(client);
    await eventually(async () => assert.equal((await stage.turns(sessionId)).length, 2));
    stage.model.dropSidebands();
    await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
    await stage.converse(client);
    await eventually(async () => assert.deepEqual(await stage.turns(sessionId), [...TURNS, ...TURNS]));
    assert.equal((await stage.session(sessionId))?.status, "active");
  });

  it("tells the user that the time is nearly up, also where that came while it was not joined", async () => {
    await stage.relay({ warnBeforeMs: 6_000 });
    const [sessionId, userId] = [newId(), newId()];
    const backend = stage.as(userId, { PUBLIC_URL: "https://api.example.com" });
    await connectVoice(backend, { sessionId, userId, transport: "webrtc" });
    const expiresAt = Date.now() + 10_000;
    await sessions(stage.db)
      .doc(sessionId)
      .update({ expiresAt: Timestamp.fromMillis(expiresAt) });
    const { client } = await stage.call({ sessionId }, userId);
    const dueAt = expiresAt - 6_000;
    await until(dueAt - 200);
    stage.model.addFault({ kind: "handshake_500", times: 1_000 });
    stage.model.dropSidebands();
    await until(dueAt + 300);
    stage.model.clearFaults();
    await client.next("output_audio_buffer.started");
  });

  describe("whose relay is gone", () => {
    it("in order, is handed over to another at once", async () => {
      const first = await stage.relay();
      const { client, sessionId } = await stage.call();
      await stage.converse(client);
      const second = await stage.relay({ sidebandScanMs: 100 });
      await first.drain();
      await eventually(async () =>
        assert.ok(second.log.some(({ message }) => message === "sideband opened")),
      );
      await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
      await stage.converse(client);
      await eventually(async () => assert.deepEqual(await stage.turns(sessionId), [...TURNS, ...TURNS]));
      assert.ok(client.isOpen);
    });

    it("while something is said, is recorded whole by the other", async () => {
      const reply = "This is a long answer that goes on for quite some time, and then it is over.";
      stage.model.setScript({ turns: [{ heard: SAID.heard, reply }] });
      stage.model.setPace({ firstAudioMs: 20, realTimeFactor: 1 });
      const first = await stage.relay();
      const { client, sessionId } = await stage.call();
      client.say(Buffer.concat([silence(200), speech(SAID.heard), silence(1_200)]));
      await client.next("response.output_audio_transcript.delta");
      await stage.relay({ sidebandScanMs: 100 });
      await first.drain();
      assert.ok(!(await stage.turns(sessionId)).includes(`assistant: ${reply}`), "it is yet to be said");
      await client.next("response.done");
      await eventually(async () =>
        assert.deepEqual(await stage.turns(sessionId), [`user: ${SAID.heard}`, `assistant: ${reply}`]),
      );
    });

    it("without a word, is taken up by another once its hold has run out", async () => {
      await stage.relay();
      const { client, sessionId } = await stage.call();
      await stage.converse(client);
      await eventually(async () => assert.equal((await stage.turns(sessionId)).length, 2));
      const second = await stage.relay({ sidebandScanMs: 100 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.ok(!isHeldBy(second, sessionId), "it is held");
      // As when the first was killed so long ago.
      await stage.letRunOut(sessionId);
      await eventually(async () => assert.ok(isHeldBy(second, sessionId)));
      await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
      await stage.converse(client);
      await eventually(async () => assert.deepEqual(await stage.turns(sessionId), [...TURNS, ...TURNS]));
    });

    it("is hung up by whoever finds it after its session has ended", async () => {
      const first = await stage.relay();
      const { client, sessionId } = await stage.call();
      await first.drain();
      // A transaction of the relay's may hold the document for a while yet.
      await eventually(() => sessions(stage.db).doc(sessionId).update({ status: "ended" }));
      assert.equal(stage.open().length, 1);
      await stage.relay({ sidebandScanMs: 100 });
      await eventually(async () => assert.ok(!client.isOpen));
      await eventually(async () => assert.deepEqual(await stage.noted(sessionId), []));
    });
  });

  it("of another offer in the same session takes the place of the one before, and knows what was said", async () => {
    await stage.relay();
    const { client, sessionId, userId } = await stage.call();
    await stage.converse(client);
    await eventually(async () => assert.equal((await stage.turns(sessionId)).length, 2));
    const again = await stage.call({ sessionId }, userId);
    assert.equal(again.sessionId, sessionId);
    await eventually(async () => assert.ok(!client.isOpen));
    const told = stage.open()[0]?.events.filter((event) => event.type === "conversation.item.create");
    assert.deepEqual(
      told?.map(({ item }) => (item as { role: string }).role),
      ["user", "assistant"],
    );
    assert.equal(stage.open().length, 1);
    await stage.converse(again.client);
    await eventually(async () => assert.deepEqual(await stage.turns(sessionId), [...TURNS, ...TURNS]));
    assert.equal((await stage.session(sessionId))?.status, "active");
  });

  it("of three offers at once in one session is one alone in the end, and that ends with the session", async () => {
    await stage.relay({ sidebandScanMs: 200 });
    const { sessionId, userId } = await stage.call();
    await Promise.allSettled([stage.call({ sessionId }, userId), stage.call({ sessionId }, userId)]);
    await eventually(async () => {
      assert.deepEqual(
        stage.open().map(({ sidebands }) => sidebands),
        [1],
      );
      assert.equal((await stage.noted(sessionId)).length, 1);
    });
    await endVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () => assert.deepEqual(stage.open(), []));
  });

  it("goes on where another was to take its place and could not be joined", async () => {
    await stage.relay({ sidebandScanMs: 200 });
    const { client, sessionId, userId } = await stage.call();
    stage.model.addFault({ kind: "handshake_401", times: 3 });
    await assert.rejects(stage.call({ sessionId }, userId));
    assert.ok(client.isOpen);
    assert.equal(stage.open().length, 1);
    await endVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () => assert.ok(!client.isOpen));
  });

  it("whose model does not answer the relay is none at all", async () => {
    await stage.relay({ sidebandJoinMs: 500 });
    stage.model.addFault({ kind: "handshake_hang", times: 3 });
    await assert.rejects(stage.call());
    assert.deepEqual(stage.open(), []);
  });

  it("may be begun anew by a client that was cut off", async () => {
    await stage.relay({ callGraceMs: 20_000 });
    const { client, sessionId, userId } = await stage.call();
    await stage.converse(client);
    await client.close();
    const again = await stage.call({ sessionId }, userId);
    await stage.converse(again.client);
    await eventually(async () => assert.deepEqual(await stage.turns(sessionId), [...TURNS, ...TURNS]));
    assert.equal((await stage.session(sessionId))?.status, "active");
  });

  it("is recorded whatever names its client gives to items", async () => {
    await stage.relay();
    const { client, sessionId } = await stage.call();
    for (const id of ["a/b", "..", "__x__", "a\ud800b"]) {
      const content = [{ type: "input_text" as const, text: `named ${id}` }];
      client.send({ type: "conversation.item.create", item: { type: "message", role: "user", id, content } });
    }
    await stage.converse(client);
    await eventually(async () => assert.equal((await stage.turns(sessionId)).length, 6));
  });

  it("is ended where its client asks for responses by the flood", async () => {
    await stage.relay();
    const { client, sessionId } = await stage.call();
    for (let n = 0; n <= MAX_RESPONSES_PER_MINUTE; n += 1) {
      client.send({ type: "response.create", response: { conversation: "none", instructions: "Say one." } });
    }
    await eventually(async () => assert.equal((await stage.session(sessionId))?.endReason, "misused"));
    await eventually(async () => assert.deepEqual(stage.open(), []));
  });

  it("ends with its client also where one of the keys is no good", async () => {
    await stage.relay({}, ["sk-dead-0000", KEY]);
    stage.model.addFault({ kind: "handshake_401", key: "sk-dead-0000", times: 1_000 });
    stage.model.addFault({ kind: "http_401", key: "sk-dead-0000", times: 1_000 });
    const { client, sessionId } = await stage.call();
    await client.close();
    await eventually(async () => assert.equal((await stage.session(sessionId))?.endReason, "hangup"));
    await eventually(async () => assert.deepEqual(await stage.noted(sessionId), []));
  });

  it("is left to another relay where the model stays out of reach, and the model is not overrun", async () => {
    const relay = await stage.relay({ sidebandSteadyMs: 100 });
    await stage.call();
    await new Promise((resolve) => setTimeout(resolve, 300));
    stage.model.addFault({ kind: "handshake_500", times: 1_000 });
    const before = refusedDials(relay);
    stage.model.dropSidebands();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    assert.ok(refusedDials(relay) - before <= 6, `${refusedDials(relay) - before} lost joins`);
  });

  it("is hung up soon where its session ended while it was being joined", async () => {
    await stage.relay();
    const { client, sessionId } = await stage.call();
    // As when the relay's watch did not know yet whom to tell.
    const { callId } = (await stage.noted(sessionId))[0] ?? assert.fail("no call");
    await sessions(stage.db)
      .doc(sessionId)
      .update({ webrtcCallId: `${callId}-other` });
    await eventually(async () => assert.ok(!client.isOpen));
  });

  it("is told once that the time is nearly up, also where another relay takes it up after that", async () => {
    const first = await stage.relay({ warnBeforeMs: 3_600_000 });
    const { client } = await stage.call();
    await client.next("output_audio_buffer.stopped");
    await stage.relay({ warnBeforeMs: 3_600_000, sidebandScanMs: 100 });
    await first.drain();
    await eventually(async () => assert.equal(stage.open()[0]?.sidebands, 1));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const asked = stage.open()[0]?.events.filter((event) => event.type === "response.create");
    assert.equal(asked?.length, 1);
  });

  it("is not joined by a relay that stops", async () => {
    const relay = await stage.relay();
    const client = stage.client();
    const starting = startRealtimeCall(stage.as("zoe"), { sdp: await client.offer() });
    const outcome = starting.then(
      ({ sessionId }) => sessionId,
      () => undefined,
    );
    await eventually(async () => assert.equal(stage.open().length, 1));
    await relay.drain();
    const held = relay.log.filter(({ message }) => message === "sideband opened").length;
    const closed = relay.log.filter(({ message }) => message === "sideband closed").length;
    assert.equal(held, closed, "what it held it has let go of");
    await outcome;
  });

  it("that the model cannot be asked to hang up is hung up later", async () => {
    const relay = await stage.relay();
    const { sessionId, userId } = await stage.call();
    stage.model.addFault({ kind: "http_500", endpoint: "hangup", times: 4 });
    await endVoiceSession(stage.as(userId), { sessionId });
    await eventually(async () =>
      assert.ok(relay.log.some(({ message }) => message === "a call could not be hung up")),
    );
    assert.equal((await stage.noted(sessionId)).length, 1, "it is still noted");
    stage.model.clearFaults();
    await stage.letRunOut(sessionId);
    await stage.relay({ sidebandScanMs: 100 });
    await eventually(async () => assert.deepEqual(await stage.noted(sessionId), []));
    assert.deepEqual(stage.open(), []);
  });
});

function isHeldBy({ log }: InProcessRelay, sessionId: string): boolean {
  return log.some((line) => line.message === "sideband opened" && line.sessionId === sessionId);
}

async function until(time: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, time - Date.now())));
}

/** How often joining a call again has failed. */
function refusedDials({ log }: InProcessRelay): number {
  return log.filter(({ message }) => message === "a sideband could not be joined again").length;
}
