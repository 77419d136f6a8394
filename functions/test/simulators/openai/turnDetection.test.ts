import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { appends, Probe, userText } from "./probe.js";
import { silence, speech } from "./sounds.js";

const STORY = "Once upon a time there was a lighthouse that nobody had lit for a hundred years. ".repeat(20);

describe("Turn detection", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let probe: Probe;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 4 } });
  });
  after(() => simulator.stop());
  beforeEach(async () => {
    simulator.setScript({ turns: [{ reply: STORY }] });
    probe = await Probe.session(simulator.realtimeUrl);
  });
  afterEach(() => probe.close());

  async function detect(turn_detection: object): Promise<void> {
    probe.sendAny({
      type: "session.update",
      session: { type: "realtime", audio: { input: { turn_detection } } },
    });
    await probe.next("session.updated");
  }

  function say(audio: Buffer): void {
    for (const event of appends(audio)) probe.send(event);
  }

  async function tellStory(): Promise<void> {
    probe.send(userText("A story"));
    probe.send({ type: "response.create" });
    await probe.next("response.output_audio.delta");
  }

  it("reports offsets from the first audio of the session on, through several turns", async () => {
    await detect({
      type: "server_vad",
      create_response: false,
      prefix_padding_ms: 100,
      silence_duration_ms: 400,
    });
    const turn = Buffer.concat([silence(1_000), speech("hello"), silence(1_000)]);
    say(turn);
    say(turn);
    const starts = [];
    for (let i = 0; i < 2; i += 1) {
      starts.push((await probe.next("input_audio_buffer.speech_started")).audio_start_ms);
      await probe.next("input_audio_buffer.speech_stopped");
    }
    assert.ok(Math.abs((starts[0] ?? 0) - 900) <= 40, `${starts}`);
    assert.ok(Math.abs((starts[1] ?? 0) - (starts[0] ?? 0) - turn.length / 48) <= 40, `${starts}`);
  });

  it("commits without answering when create_response is false", async () => {
    await detect({ type: "server_vad", create_response: false });
    say(Buffer.concat([speech(), silence(800)]));
    await probe.next("input_audio_buffer.committed");
    probe.send(userText("marker"));
    await probe.next("conversation.item.done");
    assert.ok(!probe.types().includes("response.created"));
  });

  it("goes on speaking over the user when interrupt_response is false", async () => {
    await detect({ type: "server_vad", interrupt_response: false, create_response: false });
    await tellStory();
    say(speech());
    await probe.next("input_audio_buffer.speech_started");
    await probe.next("response.output_audio.delta");
    assert.ok(!probe.types().includes("response.done"));
  });

  it("ends a turn sooner the more eager semantic_vad is", async () => {
    const utterance = Buffer.concat([speech("hello"), silence(600), speech("again"), silence(3_000)]);
    const turns = new Map<string, number>();
    for (const eagerness of ["high", "low"]) {
      await detect({ type: "semantic_vad", eagerness, create_response: false });
      const before = probe.all("input_audio_buffer.committed").length;
      say(utterance);
      probe.send(userText("marker"));
      for (;;) {
        const { item } = await probe.next("conversation.item.done");
        if (item.type === "message" && item.content[0]?.type === "input_text") break;
      }
      turns.set(eagerness, probe.all("input_audio_buffer.committed").length - before);
    }
    assert.deepEqual(
      [...turns],
      [
        ["high", 2],
        ["low", 1],
      ],
    );
  });

  it("answers the silence itself after idle_timeout_ms", async () => {
    await detect({ type: "server_vad", idle_timeout_ms: 5_000 });
    probe.send(userText("Hello"));
    probe.send({ type: "response.create", response: { output_modalities: ["text"] } });
    probe.send({ type: "response.cancel" });
    await probe.next("response.done");
    const triggered = await probe.next("input_audio_buffer.timeout_triggered");
    assert.equal((await probe.next("input_audio_buffer.committed")).item_id, triggered.item_id);
    await probe.next("response.created");
    assert.ok(triggered.audio_end_ms >= triggered.audio_start_ms);
  });
});
