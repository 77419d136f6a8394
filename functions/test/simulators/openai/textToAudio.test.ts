import assert from "node:assert/strict";
import { decodeAudio } from "../../../simulators/openai/audioFormats.js";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { speakWhole } from "../../../simulators/openai/speech.js";
import { speechLevel } from "../../../simulators/openai/vad.js";
import { Probe, userText } from "./probe.js";

const TEXT = "Your train leaves at nine. Please be there in time.";

describe("A text read aloud beside the conversation", function () {
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

  function read(text: string, fields: object = {}): void {
    const message = { type: "message", role: "user", content: [{ type: "input_text", text }] };
    probe.sendAny({
      type: "response.create",
      response: {
        conversation: "none",
        input: [message],
        output_modalities: ["audio"],
        instructions: "Read the text aloud, word for word. Add nothing.",
        ...fields,
      },
    });
  }

  function heard(): Buffer {
    const deltas = probe.all("response.output_audio.delta").map(({ delta }) => delta);
    return Buffer.concat(deltas.map((delta) => Buffer.from(delta, "base64")));
  }

  it("is spoken as it is, in the voice that is asked for", async () => {
    read(TEXT, { audio: { output: { voice: "cedar" } } });
    const { response } = await probe.next("response.done");
    assert.equal(response.status, "completed");
    assert.equal(response.conversation_id, null);
    assert.equal(probe.all("response.output_audio_transcript.done")[0]?.transcript, TEXT);
    assert.ok(heard().equals(speakWhole(TEXT, { format: "audio/pcm", voice: "cedar", speed: 1 })));
    assert.ok(speechLevel(decodeAudio("audio/pcm", heard())) > 0.8);
    assert.deepEqual(probe.all("conversation.item.added"), []);
  });

  it("is spoken faster than real time", async () => {
    const startedAt = performance.now();
    read(TEXT.repeat(10));
    await probe.next("response.done");
    const spokenMs = heard().length / 48;
    assert.ok(performance.now() - startedAt < spokenMs / 10, `${spokenMs} ms of speech`);
  });

  it("is whole when it is long", async () => {
    const text = "word ".repeat(800).trim();
    read(text);
    await probe.next("response.done");
    assert.equal(probe.all("response.output_audio_transcript.done")[0]?.transcript, text);
  });

  it("takes no turn of the script, and leaves the conversation as it was", async () => {
    simulator.setScript({ greeting: "Good day.", turns: [{ reply: "First." }] });
    const scripted = await Probe.session(simulator.realtimeUrl);
    probe.close();
    probe = scripted;
    read(TEXT);
    assert.equal((await probe.next("response.output_audio_transcript.done")).transcript, TEXT);
    await probe.next("response.done");
    probe.send(userText("Hello"));
    probe.send({ type: "response.create" });
    assert.equal((await probe.next("response.output_audio_transcript.done")).transcript, "First.");
  });

  it("is only for sound: asked for text, the simulator says what it got", async () => {
    read(TEXT, { output_modalities: ["text"] });
    assert.match((await probe.next("response.output_text.done")).text, /^You wrote: "Your train/);
  });
});
