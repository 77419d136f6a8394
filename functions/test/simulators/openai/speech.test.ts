import assert from "node:assert/strict";
import { bytesPerMs, decodeAudio, rateOf } from "../../../simulators/openai/audioFormats.js";
import { speak, speakWhole } from "../../../simulators/openai/speech.js";
import { speechLevel, speechSpanMs } from "../../../simulators/openai/vad.js";

const TEXT =
  "The quick brown fox jumps over the lazy dog. Then it sits down by the river, waits for the evening, and goes home.";
const STYLE = { voice: "marin", speed: 1 } as const;

describe("The speech synthesiser", () => {
  for (const format of ["audio/pcm", "audio/pcmu", "audio/pcma"] as const) {
    it(`is audible and as long as the words take in ${format}`, () => {
      const bytes = speakWhole(TEXT, { ...STYLE, format });
      const ms = bytes.length / bytesPerMs(format);
      const wordsPerMinute = TEXT.split(" ").length / (ms / 60_000);
      assert.ok(wordsPerMinute > 120 && wordsPerMinute < 190, `${wordsPerMinute} words a minute`);
      const samples = decodeAudio(format, bytes);
      assert.ok(speechSpanMs(samples, rateOf(format), 0.8) > ms * 0.9);
      assert.ok(speechLevel(samples) > 0.8);
    });
  }

  it("says the same twice, and in other words for another voice and speed", () => {
    const style = { ...STYLE, format: "audio/pcm" } as const;
    assert.deepEqual(speakWhole(TEXT, style), speakWhole(TEXT, style));
    assert.notDeepEqual(speakWhole(TEXT, { ...style, voice: "cedar" }), speakWhole(TEXT, style));
    assert.ok(speakWhole(TEXT, { ...style, speed: 1.5 }).length < speakWhole(TEXT, style).length * 0.7);
  });

  it("joins to the text it was given", () => {
    const words = [...speak("Hello  there,\nfriend.", { ...STYLE, format: "audio/pcm" })];
    assert.equal(words.map((word) => word.text).join(""), "Hello there, friend.");
  });
});
