import assert from "node:assert/strict";
import { decodeAudio } from "../../../simulators/openai/audioFormats.js";
import { InputAudio } from "../../../simulators/openai/inputAudio.js";
import { speechSpanMs, VoiceActivityDetector } from "../../../simulators/openai/vad.js";
import { silence, speech } from "./sounds.js";

const SETTINGS = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };
const pcm = (bytes: Buffer) => decodeAudio("audio/pcm", bytes);
const msOf = (bytes: Buffer) => bytes.length / 48;

function quieter(bytes: Buffer, factor: number): Buffer {
  const samples = pcm(bytes).map((sample) => Math.round(sample * factor));
  return Buffer.from(samples.buffer);
}

describe("The voice activity detector", () => {
  it("places a start before the speech by the prefix and a stop after it by the silence", () => {
    const said = speech("hello there");
    const detector = new VoiceActivityDetector(SETTINGS, 24_000);
    const events = detector.push(pcm(Buffer.concat([silence(1_000), said, silence(1_000)])));
    const [started, stopped] = events;
    assert.ok(started?.type === "started" && stopped?.type === "stopped" && events.length === 2);
    assert.ok(Math.abs(started.audioStartMs - 700) <= 40, `${started.audioStartMs}`);
    const spokenUntil = 1_000 + msOf(said) - 40;
    assert.ok(Math.abs(stopped.audioEndMs - (spokenUntil + 500)) <= 60, `${stopped.audioEndMs}`);
  });

  it("finds the same however the samples are cut", () => {
    const samples = pcm(
      Buffer.concat([silence(330), speech("a b c"), silence(900), speech("d"), silence(900)]),
    );
    const whole = new VoiceActivityDetector(SETTINGS, 24_000).push(samples);
    const cut = new VoiceActivityDetector(SETTINGS, 24_000);
    const pieces = [];
    for (let at = 0; at < samples.length; at += 777) pieces.push(...cut.push(samples.subarray(at, at + 777)));
    assert.deepEqual(pieces, whole);
    assert.equal(whole.length, 4);
  });

  it("needs louder speech for a higher threshold", () => {
    const faint = pcm(Buffer.concat([quieter(speech(), 0.1), silence(800)]));
    const sensitive = new VoiceActivityDetector({ ...SETTINGS, threshold: 0.3 }, 24_000);
    const strict = new VoiceActivityDetector({ ...SETTINGS, threshold: 0.9 }, 24_000);
    assert.equal(sensitive.push(faint).length, 2);
    assert.equal(strict.push(faint).length, 0);
  });

  it("waits out a pause shorter than the silence duration", () => {
    const samples = pcm(Buffer.concat([speech("one"), silence(400), speech("two"), silence(1_200)]));
    const patient = new VoiceActivityDetector({ ...SETTINGS, silenceDurationMs: 700 }, 24_000).push(samples);
    const hasty = new VoiceActivityDetector({ ...SETTINGS, silenceDurationMs: 200 }, 24_000).push(samples);
    assert.equal(patient.length, 2);
    assert.equal(hasty.length, 4);
  });

  it("takes neither silence nor a click for speech", () => {
    const click = Buffer.concat([silence(200), speech("a").subarray(4_800, 4_800 + 960), silence(700)]);
    assert.deepEqual(new VoiceActivityDetector(SETTINGS, 24_000).push(pcm(click)), []);
    assert.equal(speechSpanMs(pcm(silence(500)), 24_000), 0);
  });
});

describe("The input audio buffer", () => {
  it("gives up the utterance with its prefix, and keeps what came after", () => {
    const input = new InputAudio("audio/pcm", SETTINGS);
    const events = input.append(Buffer.concat([silence(1_000), speech("hello"), silence(2_000)]));
    const [started, stopped] = events;
    assert.ok(started?.type === "speech_started" && stopped?.type === "speech_stopped");
    assert.equal(stopped.utterance.ms, stopped.audioEndMs - started.audioStartMs);
    assert.ok(stopped.utterance.speechMs > 300 && stopped.utterance.speechMs < stopped.utterance.ms);
    assert.equal(input.receivedMs, 3_000 + msOf(speech("hello")));
  });

  it("does not grow while nobody speaks", () => {
    const input = new InputAudio("audio/pcm", SETTINGS);
    for (let i = 0; i < 600; i += 1) input.append(silence(100));
    assert.ok(input.bufferedMs <= 500, `${input.bufferedMs}`);
    assert.equal(input.receivedMs, 60_000);
  });

  it("keeps everything when turn detection is off", () => {
    const input = new InputAudio("audio/pcm", undefined);
    input.append(speech());
    input.append(silence(1_000));
    const taken = input.take();
    assert.equal(taken.ms, msOf(speech()) + 1_000);
    assert.equal(input.bufferedMs, 0);
  });
});
