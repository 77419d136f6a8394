import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { turns } from "../../src/voice/store";
import { appends, Probe, userText } from "../simulators/openai/probe";
import { silence, speech } from "../simulators/openai/sounds";
import { eventually } from "../support/eventually";
import { type FakeModel, startFakeModel } from "../support/fakeModel";
import { type InProcessRelay, startInProcessRelay } from "../support/inProcessRelay";
import { addressOf, savedItems } from "../support/relayProcess";

const AUDIO = "response.output_audio.delta";
const PCMU = { type: "realtime", audio: { input: { format: { type: "audio/pcmu" } } } };
const PACE = { firstAudioMs: 5, realTimeFactor: 100 };
const STORY = "There was a lighthouse that nobody had lit for a hundred years, and yet it shone. ".repeat(10);

/** What a client hears, in order: the type of each event, `audio` for a raw frame. */
interface Listener {
  client: Probe;
  order: string[];
  /** All audio so far, raw or in events. */
  audio(): Buffer;
}

function listen(socket: WebSocket): Listener {
  const order: string[] = [];
  const pieces: Buffer[] = [];
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (isBinary) {
      order.push("audio");
      pieces.push(data);
      return;
    }
    const event = JSON.parse(data.toString()) as { type: string; delta?: string };
    order.push(event.type);
    if (event.type === AUDIO) pieces.push(Buffer.from(String(event.delta), "base64"));
  });
  return { client: Probe.on(socket), order, audio: () => Buffer.concat(pieces) };
}

/** A session's socket that speaks at once, without waiting for anything. */
async function open(
  relay: InProcessRelay,
  query = "",
  session = { sessionId: newId(), userId: newId() },
): Promise<Listener> {
  const listener = listen(new WebSocket((await addressOf(relay.url, session)) + query));
  await new Promise((resolve) => listener.client.socket.once("open", resolve));
  return listener;
}

/** Cut into frames of these lengths in turn. */
function framesOf(audio: Buffer, lengths: number[]): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0, turn = 0; at < audio.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 2;
    frames.push(audio.subarray(at, at + length));
    at += length;
  }
  return frames;
}

describe("Raw audio", () => {
  let simulator: OpenAiSimulator;
  let model: FakeModel;
  /** Speaks with the simulator. */
  let relay: InProcessRelay;
  /** Speaks with a model that says just what it is told. */
  let told: InProcessRelay;
  before(async () => {
    simulator = await startOpenAiSimulator({ pace: PACE });
    relay = await startInProcessRelay(simulator.realtimeUrl, { limits: { tickMs: 25 } });
  });
  beforeEach(async () => {
    model = await startFakeModel();
    told = await startInProcessRelay(model.url);
  });
  afterEach(async () => {
    await told.drain();
    await model.stop();
    simulator.setScript(undefined);
    simulator.setPace(PACE);
  });
  after(async () => {
    await relay.drain();
    await simulator.stop();
  });

  describe("of a client", () => {
    for (const query of ["", "&audio=binary"]) {
      it(`reaches the model whole and in order, from before it was ready, with frames of any length (${query || "audio in events"})`, async () => {
        const audio = speech("so many words that it takes a while");
        const { client } = await open(told, query);
        for (const frame of framesOf(audio, [2, 960, 4, 4_800, 6, 31_998, 8])) client.socket.send(frame);
        client.sendAny({ type: "input_audio_buffer.commit" });
        await eventually(async () => assert.equal(model.received.at(-1)?.type, "input_audio_buffer.commit"));
        assert.equal(model.received[0]?.type, "session.update", "the server speaks first");
        assert.ok(model.heard().equals(audio));
        client.socket.close();
      });
    }

    it("may be mixed with audio in events, and stays in order", async () => {
      const audio = speech("one two three");
      const { client } = await open(told);
      for (const [index, frame] of framesOf(audio, [960]).entries()) {
        if (index % 2 === 0) client.socket.send(frame);
        else for (const event of appends(frame)) client.send(event);
      }
      await eventually(async () => assert.ok(model.heard().equals(audio)));
      client.socket.close();
    });

    it("that ends within a sample is refused with an event, and an empty frame is nothing; the client speaks on", async () => {
      const { client } = await open(told);
      await client.next("session.updated");
      for (const length of [0, 1, 0, 961, 2]) client.socket.send(Buffer.alloc(length, 7));
      for (const _ of [1, 961]) assert.equal((await client.next("error")).error.code, "invalid_audio");
      await eventually(async () => assert.deepEqual(model.heard(), Buffer.alloc(2, 7)));
      assert.equal(client.all("error").length, 2);
      assert.equal(model.received.filter(({ type }) => type === "input_audio_buffer.append").length, 1);
      client.socket.close();
    });

    it("is refused while the session's input has another format, and taken again afterwards", async () => {
      const { client } = await open(told);
      await client.next("session.updated");
      client.sendAny({ type: "session.update", session: PCMU });
      client.socket.send(Buffer.alloc(960));
      const { error } = await client.next("error");
      assert.equal(error.code, "invalid_audio");
      assert.match(error.message, /audio\/pcmu/);
      client.sendAny({ type: "session.update", session: { type: "realtime", output_modalities: ["audio"] } });
      client.socket.send(Buffer.alloc(960));
      assert.equal((await client.next("error")).error.code, "invalid_audio", "the format stays");
      const pcm = { type: "realtime", audio: { input: { format: { type: "audio/pcm", rate: 24_000 } } } };
      client.sendAny({ type: "session.update", session: pcm });
      client.socket.send(Buffer.alloc(960));
      await eventually(async () => assert.equal(model.heard().length, 960));
      client.socket.close();
    });

    it("may be sent as fast as base64 and no faster, and in messages as large", async () => {
      const second = Buffer.alloc(48_000);
      const { client } = await open(told);
      await client.next("session.updated");
      for (let seconds = 0; seconds < 10; seconds += 1) client.socket.send(second);
      await eventually(async () => assert.equal(model.heard().length, 480_000));
      // More than the bucket has left for so many seconds in base64, and less than it would have for the bare bytes.
      for (let seconds = 0; seconds < 14; seconds += 1) client.socket.send(second);
      assert.equal((await client.closed).code, 4429);

      const { client: large } = await open(told);
      await large.next("session.updated");
      const before = model.heard().length;
      large.socket.send(Buffer.alloc(256 * 1_024));
      await eventually(async () => assert.equal(model.heard().length, before + 256 * 1_024));
      large.socket.send(Buffer.alloc(256 * 1_024 + 2));
      assert.equal((await large.closed).code, 1009);
    });

    it("without ?audio=binary is answered in events with base64", async () => {
      const { client, order } = await open(relay);
      await client.next("session.updated");
      for (const frame of framesOf(Buffer.concat([speech(), silence(1_200)]), [960]))
        client.socket.send(frame);
      await client.next("response.done");
      assert.ok(order.includes(AUDIO));
      assert.ok(!order.includes("audio"));
      client.socket.close();
    });
  });

  describe("to a client with ?audio=binary", () => {
    it("keeps its place among the events, frame by frame", async () => {
      const { client, order, audio } = await open(told, "&audio=binary");
      await client.next("session.updated");
      const pieces = Array.from({ length: 500 }, (_, index) => Buffer.alloc(2 + (index % 40) * 48, index));
      const expected: string[] = [];
      for (const [index, piece] of pieces.entries()) {
        const delta = piece.toString("base64");
        const ids = { response_id: "r", item_id: "i", output_index: 0, content_index: 0 };
        // As the model writes it, and in two ways in which it might.
        const event = [
          { type: AUDIO, event_id: `e${index}`, ...ids, delta },
          { event_id: `e${index}`, type: AUDIO, delta, ...ids },
          { delta, ...ids, event_id: "x".repeat(200), type: AUDIO },
        ][index % 3] as object;
        model.say(event, { type: "response.output_audio_transcript.delta", ...ids, delta: `${index}` });
        expected.push("audio", "response.output_audio_transcript.delta");
        if (index % 50 === 0) {
          model.say({ type: "response.output_audio.done", ...ids });
          expected.push("response.output_audio.done");
        }
      }
      model.say({ type: "rate_limits.updated" });
      await eventually(async () => assert.equal(order.at(-1), "rate_limits.updated"));
      assert.deepEqual(order.slice(1, -1), expected);
      assert.ok(audio().equals(Buffer.concat(pieces)));
      client.socket.close();
    });

    it("goes as an event where it cannot be told from it what it sounds like, and not at all where it is empty", async () => {
      const { client, order } = await open(told, "&audio=binary");
      await client.next("session.updated");
      model.say({ type: AUDIO, delta: "" }, { type: AUDIO, delta: 5 }, { type: AUDIO, delta: "AAAA" });
      model.say({ type: AUDIO, delta: "AAA=" });
      await eventually(async () => assert.deepEqual(order.slice(1), [AUDIO, AUDIO, "audio"]));
      client.socket.close();
    });

    it("is that of the events, between the same events", async () => {
      const heard = [];
      for (const query of ["", "&audio=binary"]) {
        simulator.setScript({ turns: [{ reply: "A short answer of some words." }] });
        const { client, order, audio } = await open(relay, query);
        await client.next("session.updated");
        client.send(userText("Say something."));
        client.send({ type: "response.create" });
        await client.next("response.done");
        client.socket.close();
        const types = order.filter((type) => type !== "relay.turn.saved");
        heard.push({ types: types.map((type) => (type === "audio" ? AUDIO : type)), audio: audio() });
        assert.equal(types.includes("audio"), query !== "");
      }
      assert.ok((heard[0]?.audio.length ?? 0) > 10_000);
      assert.deepEqual(heard[1], heard[0]);
      const { types = [] } = heard[1] ?? {};
      const first = types.indexOf(AUDIO);
      for (const before of ["response.output_item.added", "response.content_part.added"])
        assert.ok(types.indexOf(before) >= 0 && types.indexOf(before) < first, `${before} tells whose it is`);
    });

    it("stays PCM16: a session.update with another format is refused by name and does not reach the model", async () => {
      const { client } = await open(told, "&audio=binary");
      await client.next("session.updated");
      for (const side of ["input", "output"]) {
        const session = { type: "realtime", audio: { [side]: { format: { type: "audio/pcma" } } } };
        client.sendAny({ type: "session.update", event_id: "mine", session });
        const { error } = await client.next("error");
        assert.deepEqual(
          [error.code, error.param, error.event_id],
          ["invalid_event", `session.audio.${side}.format`, "mine"],
        );
      }
      client.sendAny({
        type: "session.update",
        session: { type: "realtime", audio: { output: { format: { type: "audio/pcm" }, speed: 1.2 } } },
      });
      await eventually(async () => assert.equal(model.received.length, 2));
      assert.doesNotMatch(JSON.stringify(model.received), /pcma/);
      client.socket.close();
    });

    it("makes the model wait for a client that does not read, and closes it in the end", async function () {
      this.timeout(60_000);
      const hurried = await startInProcessRelay(simulator.realtimeUrl, {
        limits: { tickMs: 25, stallMs: 1_000 },
      });
      simulator.setScript({ turns: [{ reply: "On and on and on it goes. ".repeat(2_000) }] });
      const { client } = await open(hurried, "&audio=binary");
      await client.next("session.updated");
      client.socket.pause();
      client.send(userText("Tell me."));
      client.send({ type: "response.create" });
      await eventually(async () =>
        assert.ok(hurried.log.some(({ reason }) => reason === "client does not read")),
      );
      client.socket.terminate();
      await hurried.drain();
    });
  });

  it("is recorded as audio in events is: the same turns, the same interruption, the same that was heard", async function () {
    this.timeout(60_000);
    simulator.setPace({ realTimeFactor: 4 });
    const recorded = [];
    for (const raw of [false, true]) {
      simulator.setScript({
        turns: [
          { heard: "Tell me.", reply: STORY },
          { heard: "Stop.", reply: "Well." },
        ],
      });
      const session = { sessionId: newId(), userId: newId() };
      const { client } = await open(relay, raw ? "&audio=binary" : "", session);
      await client.next("session.updated");
      const say = () => {
        const audio = Buffer.concat([speech("one two three"), silence(1_200)]);
        if (raw) for (const frame of framesOf(audio, [4_800])) client.socket.send(frame);
        else for (const event of appends(audio)) client.send(event);
      };
      say();
      await client.next("response.content_part.added");
      const { item_id: story } = await client.next("response.output_audio_transcript.delta");
      await client.next("response.output_audio_transcript.delta");
      say();
      await client.next("input_audio_buffer.speech_started");
      client.send({ type: "conversation.item.truncate", item_id: story, content_index: 0, audio_end_ms: 40 });
      await client.next("conversation.item.truncated");
      await eventually(async () => assert.equal(new Set(savedItems(client)).size, 4));
      const stored = (await turns(createCtx().db, session.sessionId).orderBy("order").get()).docs;
      recorded.push(
        stored
          .map((one) => one.data())
          .map(({ role, interrupted, heardMs, content }) => ({
            role,
            interrupted,
            heardMs,
            // How far it had got when it was cut off is a matter of moments.
            content: interrupted ? STORY.startsWith(content.trim().slice(0, 5)) : content,
          })),
      );
      client.socket.close();
    }
    assert.deepEqual(recorded[1], recorded[0]);
    assert.deepEqual(
      recorded[1]?.map(({ role, heardMs }) => [role, heardMs]),
      [
        ["user", undefined],
        ["assistant", 40],
        ["user", undefined],
        ["assistant", undefined],
      ],
    );
  });

  for (const asked of ["audio=", "audio=base64", "audio=Binary", "audio=binary&audio=json", "audio=1"]) {
    it(`is refused as ?${asked} with an error that says what is meant, and the ticket stays good`, async () => {
      const address = await addressOf(told.url, { sessionId: newId(), userId: newId() });
      const refused = listen(new WebSocket(`${address}&${asked}`)).client;
      const { error } = await refused.next("error");
      assert.equal(error.code, "invalid_argument");
      assert.match(error.message, /^audio: must be binary/);
      assert.equal((await refused.closed).code, 4403);
      const { client } = listen(new WebSocket(address));
      await client.next("session.updated");
      client.socket.close();
    });
  }
});
