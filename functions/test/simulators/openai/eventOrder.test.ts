import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { appends, Probe, userText } from "./probe.js";
import { silence, speech } from "./sounds.js";

/** Runs of the same type count once. */
function outline(types: string[]): string[] {
  return types.filter((type, index) => type !== types[index - 1]);
}

describe("Server events", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let probe: Probe;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 5, realTimeFactor: 200 } });
  });
  after(() => simulator.stop());
  beforeEach(async () => {
    simulator.setScript(undefined);
    probe = await Probe.session(simulator.realtimeUrl);
  });
  afterEach(() => probe.close());

  it("begin with their type and their own event_id", async () => {
    probe.send(userText("Hello"));
    probe.send({ type: "response.create" });
    await probe.next("response.done");
    for (const text of probe.texts) assert.match(text, /^\{"type":"[a-z_.]+","event_id":"event_\w{21}"/);
    const ids = probe.events.map((event) => ("event_id" in event ? event.event_id : ""));
    assert.equal(new Set(ids).size, ids.length);
  });

  it("of a spoken answer come in order, all with the same ids and indexes", async () => {
    probe.send(userText("Hello"));
    probe.send({ type: "response.create", response: { metadata: { topic: "greeting" } } });
    const { response } = await probe.next("response.done");
    const types = probe.types().slice(probe.types().indexOf("response.created"));
    const deltas = ["response.output_audio_transcript.delta", "response.output_audio.delta"];
    assert.deepEqual(
      types.filter((type) => !deltas.includes(type)),
      [
        "response.created",
        "rate_limits.updated",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
      ],
    );
    const item = response.output?.[0];
    assert.ok(item);
    for (const event of probe.events) {
      if ("response_id" in event) assert.equal(event.response_id, response.id);
      if ("output_index" in event) assert.equal(event.output_index, 0);
      if (event.type.startsWith("response.output_audio")) {
        assert.deepEqual("content_index" in event && [event.content_index, event.item_id], [0, item.id]);
      }
    }
    assert.deepEqual(response.metadata, { topic: "greeting" });
    assert.match(response.conversation_id ?? "", /^conv_/);
  });

  it("of a spoken turn come in order, with one item id from speech to transcript", async () => {
    simulator.setScript({ turns: [{ heard: "What time is it?", reply: "Noon." }] });
    const scripted = await Probe.session(simulator.realtimeUrl);
    scripted.send({
      type: "session.update",
      session: { type: "realtime", audio: { input: { transcription: { model: "gpt-transcribe" } } } },
    });
    for (const event of appends(Buffer.concat([speech(), silence(700)]))) scripted.send(event);
    const completed = await scripted.next("conversation.item.input_audio_transcription.completed");
    if (scripted.all("response.done").length === 0) await scripted.next("response.done");
    const types = outline(scripted.types()).filter((type) => !type.includes("transcription"));
    assert.deepEqual(types.slice(2, 8), [
      "input_audio_buffer.speech_started",
      "input_audio_buffer.speech_stopped",
      "input_audio_buffer.committed",
      "conversation.item.added",
      "conversation.item.done",
      "response.created",
    ]);
    const [started] = scripted.all("input_audio_buffer.speech_started");
    const [added] = scripted.all("conversation.item.added");
    assert.equal(completed.transcript, "What time is it?");
    assert.equal(completed.item_id, started?.item_id);
    assert.equal(added?.item.id, started?.item_id);
    assert.equal(completed.usage.type, "tokens");
    const heard = scripted.all("conversation.item.input_audio_transcription.delta").map(({ delta }) => delta);
    assert.equal(heard.join(""), completed.transcript);
    const said = scripted.all("response.output_audio_transcript.delta").map(({ delta }) => delta);
    assert.equal(said.join(""), "Noon.");
    scripted.close();
  });

  it("transcribe nothing unless the session asks for it, and say when it fails", async () => {
    simulator.setScript({ turns: [{ heard: "x" }, { transcriptionFails: true }] });
    const scripted = await Probe.session(simulator.realtimeUrl);
    const turn = appends(Buffer.concat([speech(), silence(700)]));
    for (const event of turn) scripted.send(event);
    await scripted.next("response.done");
    assert.ok(!scripted.types().some((type) => type.includes("transcription")));
    scripted.send({
      type: "session.update",
      session: { type: "realtime", audio: { input: { transcription: { model: "whisper-1" } } } },
    });
    for (const event of turn) scripted.send(event);
    const failed = await scripted.next("conversation.item.input_audio_transcription.failed");
    assert.equal(failed.content_index, 0);
    scripted.close();
  });

  it("say how many seconds of speech were heard when no script says more", async () => {
    for (const event of appends(Buffer.concat([speech(), silence(700)]))) probe.send(event);
    const { transcript } = await probe.next("response.output_audio_transcript.done");
    const seconds = Number(/I heard ([\d.]+) seconds of speech/.exec(transcript)?.[1]);
    assert.ok(Math.abs(seconds - speech().length / 48_000) < 0.2, transcript);
  });

  it("carry audio of 100 to 400 ms a delta, as long in all as the item is", async () => {
    simulator.setScript({
      turns: [{ reply: "Extraordinarily incomprehensible responsibilities, my friend." }],
    });
    const scripted = await Probe.session(simulator.realtimeUrl);
    scripted.send(userText("Hello"));
    scripted.send({ type: "response.create" });
    const { response } = await scripted.next("response.done");
    const bytes = scripted
      .all("response.output_audio.delta")
      .map((event) => Buffer.from(event.delta, "base64"));
    for (const piece of bytes) assert.ok(piece.length <= 400 * 48, `${piece.length / 48} ms`);
    scripted.send({ type: "conversation.item.retrieve", item_id: response.output?.[0]?.id ?? "" });
    const { item } = await scripted.next("conversation.item.retrieved");
    assert.ok(item.type === "message" && item.role === "assistant");
    assert.deepEqual(Buffer.from(item.content[0]?.audio ?? "", "base64"), Buffer.concat(bytes));
    scripted.close();
  });

  for (const type of ["audio/pcmu", "audio/pcma"] as const) {
    it(`speak and hear ${type}`, async () => {
      const { encodeAudio, decodeAudio } = await import("../../../simulators/openai/audioFormats.js");
      const { speechSpanMs } = await import("../../../simulators/openai/vad.js");
      const format = { type };
      const session = { type: "realtime" as const, audio: { input: { format }, output: { format } } };
      probe.send({ type: "session.update", session });
      const sound = decodeAudio("audio/pcm", Buffer.concat([speech(), silence(700)]));
      for (const event of appends(encodeAudio(type, sound), 160)) probe.send(event);
      await probe.next("input_audio_buffer.speech_stopped");
      const { response } = await probe.next("response.done");
      assert.deepEqual(response.audio?.output?.format, { type });
      const spoken = Buffer.concat(
        probe.all("response.output_audio.delta").map(({ delta }) => Buffer.from(delta, "base64")),
      );
      assert.ok(speechSpanMs(decodeAudio(type, spoken), 8_000) > 0.8 * (spoken.length / 8));
    });
  }
});
