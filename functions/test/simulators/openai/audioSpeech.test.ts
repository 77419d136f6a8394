import assert from "node:assert/strict";
import OpenAI from "openai";
import { decodeAudio } from "../../../simulators/openai/audioFormats.js";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";
import { speakWhole } from "../../../simulators/openai/speech.js";
import { speechLevel, speechSpanMs } from "../../../simulators/openai/vad.js";

const TEXT =
  "The quick brown fox jumps over the lazy dog. Then it sits down by the river, waits for the evening, and goes home.";
const SPEAK = { model: "gpt-4o-mini-tts", voice: "marin", input: TEXT };
const PCM = speakWhole(TEXT, { format: "audio/pcm", voice: "marin", speed: 1 });
const BYTES_PER_MS = 48;

describe("Speech", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let openai: OpenAI;

  before(async () => {
    simulator = await startOpenAiSimulator();
    openai = new OpenAI({ apiKey: "sk-test-1234", baseURL: simulator.url, maxRetries: 0 });
  });
  after(() => simulator.stop());
  beforeEach(() => simulator.setPace({ firstAudioMs: 0, realTimeFactor: 10_000 }));

  async function spoken(fields: Partial<OpenAI.Audio.SpeechCreateParams> = {}) {
    const response = await openai.audio.speech.create({ ...SPEAK, ...fields });
    return { type: response.headers.get("content-type"), bytes: Buffer.from(await response.arrayBuffer()) };
  }

  async function decodedMp3(bytes: Buffer): Promise<{ samples: Int16Array; rate: number }> {
    const { MPEGDecoder } = await import("mpg123-decoder");
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const { channelData, sampleRate, errors } = decoder.decode(bytes);
    decoder.free();
    assert.deepEqual(errors, []);
    const [channel = new Float32Array()] = channelData;
    return { samples: Int16Array.from(channel, (value) => value * 32_767), rate: sampleRate };
  }

  it("is an MP3 by default, audible and as long as its words take", async () => {
    const { type, bytes } = await spoken();
    assert.equal(type, "audio/mpeg");
    const { samples, rate } = await decodedMp3(bytes);
    assert.equal(rate, 24_000);
    const ms = (samples.length / rate) * 1_000;
    const expectedMs = PCM.length / BYTES_PER_MS;
    assert.ok(ms >= expectedMs && ms < expectedMs + 200, `${ms} ms, not ${expectedMs}`);
    assert.ok(speechLevel(samples) > 0.8);
    assert.ok(speechSpanMs(samples, rate, 0.8) > expectedMs * 0.9);
  });

  it("is raw PCM16 at 24 kHz, or the same with a head, when asked", async () => {
    const pcm = await spoken({ response_format: "pcm" });
    assert.deepEqual([pcm.type, pcm.bytes.equals(PCM)], ["audio/pcm", true]);
    const wav = await spoken({ response_format: "wav" });
    assert.equal(wav.type, "audio/wav");
    assert.equal(wav.bytes.toString("latin1", 0, 4) + wav.bytes.toString("latin1", 8, 16), "RIFFWAVEfmt ");
    assert.equal(wav.bytes.readUInt32LE(24), 24_000);
    assert.ok(wav.bytes.subarray(44).equals(PCM));
  });

  for (const [model, voice] of [
    ["tts-1", "onyx"],
    ["tts-1-hd", "fable"],
    ["gpt-4o-mini-tts-2025-12-15", "cedar"],
  ] as const) {
    it(`is spoken by ${model} in the voice ${voice}`, async () => {
      assert.ok(speechLevel((await decodedMp3((await spoken({ model, voice })).bytes)).samples) > 0.8);
    });
  }

  it("is faster when asked", async () => {
    const { bytes } = await spoken({ speed: 2, response_format: "pcm" });
    assert.ok(Math.abs(bytes.length / PCM.length - 0.5) < 0.05);
  });

  it("takes 4,096 characters, however many bytes they are", async () => {
    const input = "naïve 👋 ".repeat(512);
    assert.equal([...input].length, 4_096);
    const { bytes } = await spoken({ input, response_format: "pcm" });
    assert.ok(speechLevel(decodeAudio("audio/pcm", bytes)) > 0.5);
  });

  it("comes in chunks while it is spoken, at the pace that is set", async () => {
    simulator.setPace({ firstAudioMs: 50, realTimeFactor: 8 });
    const startedAt = performance.now();
    const response = await openai.audio.speech.create(SPEAK);
    assert.equal(response.headers.get("transfer-encoding"), "chunked");
    const times: number[] = [];
    for await (const _ of response.body ?? []) times.push(performance.now() - startedAt);
    const spokenMs = PCM.length / BYTES_PER_MS / 8;
    // Chunks that wait for a busy reader are read as one: how many there are says nothing.
    assert.ok(times.length > 1, `${times.length} chunks`);
    assert.ok((times[0] ?? 0) >= 45, `first after ${times[0]} ms`);
    assert.ok((times.at(-1) ?? 0) > spokenMs * 0.8, `last after ${times.at(-1)} ms`);
  });

  it("is whole for many who ask at once", async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => spoken()));
    const [first] = all;
    assert.ok(all.every(({ bytes }) => first && bytes.equals(first.bytes)));
  });
});
