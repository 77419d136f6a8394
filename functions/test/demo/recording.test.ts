import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, it } from "mocha";
import { durationMs, PCM_RATE } from "../../demo/pcm";
import { loadRecording } from "../../demo/recording";
import { cutAudio, readWav } from "../../demo/wav";
import { decodeAudio } from "../../simulators/openai/audioFormats";
import { VoiceActivityDetector } from "../../simulators/openai/vad";
import { inFunctions } from "../support/repositoryFiles";

const SETTINGS = { threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };

describe("the demo's recording", () => {
  const { turns } = loadRecording();

  it("has three turns, one of which interrupts, in under 500 KB", () => {
    assert.deepEqual(
      turns.map(({ interrupts }) => interrupts),
      [false, false, true],
    );
    assert.ok(statSync(inFunctions("demo/recording/conversation.wav")).size < 500_000);
  });

  it("is cut so that each turn is one stretch of speech, from its first word to its last", () => {
    for (const { audio, says } of turns) {
      const detector = new VoiceActivityDetector(SETTINGS, PCM_RATE);
      const events = detector.push(decodeAudio("audio/pcm", Buffer.concat([audio, Buffer.alloc(48_000)])));
      assert.deepEqual(
        events.map(({ type }) => type),
        ["started", "stopped"],
        says,
      );
      const [, stopped] = events;
      assert.ok(stopped?.type === "stopped");
      const silentTailMs = durationMs(audio) - (stopped.audioEndMs - SETTINGS.silenceDurationMs);
      assert.ok(silentTailMs < 100, `${says}: ${silentTailMs} ms of silence at its end`);
    }
  });
});

describe("a WAV file", () => {
  const wav = (format: number, channels: number, bits: number, ...extra: Buffer[]) => {
    const fmt = Buffer.alloc(24);
    fmt.write("fmt ");
    fmt.writeUInt32LE(16, 4);
    fmt.writeUInt16LE(format, 8);
    fmt.writeUInt16LE(channels, 10);
    fmt.writeUInt32LE(1_000, 12);
    fmt.writeUInt16LE(bits, 22);
    return Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE"), fmt, ...extra]);
  };
  const data = Buffer.from("data\u0004\0\0\0\u0001\0\u0002\0", "latin1");

  it("is read whatever chunks stand before its samples", () => {
    const list = Buffer.from("LIST\u0003\0\0\0abc\0", "latin1");
    const audio = readWav(wav(1, 1, 16, list, data));
    assert.deepEqual(audio, { rate: 1_000, pcm: Buffer.from([1, 0, 2, 0]) });
    assert.deepEqual(cutAudio(audio, 1, 2), Buffer.from([2, 0]));
  });

  it("is refused where it is stereo, not 16 bits, compressed, without samples or no WAV file", () => {
    for (const [format, channels, bits] of [
      [1, 2, 16],
      [1, 1, 8],
      [3, 1, 16],
    ] as const) {
      assert.throws(() => readWav(wav(format, channels, bits, data)), /PCM16 mono/);
    }
    assert.throws(() => readWav(wav(1, 1, 16)), /no "data" chunk/);
    assert.throws(() => readWav(Buffer.from("ID3")), /not a WAV file/);
  });
});
