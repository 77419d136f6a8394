import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { SentenceInstance } from "twilio/lib/rest/intelligence/v2/transcript/sentence";
import { readSentences } from "../../src/transcripts/sources";

/** A sentence as the SDK makes it out of what Twilio answers. */
function listed(payload: object): SentenceInstance {
  const whole = {
    media_channel: 1,
    sentence_index: 0,
    start_time: "0.50",
    end_time: "2.25",
    transcript: " Hello there. ",
    sid: "GX0123456789abcdef0123456789abcdef",
    confidence: "0.93",
    words: [],
    ...payload,
  };
  return new SentenceInstance({} as never, whole as never, "GT0123456789abcdef0123456789abcdef");
}

describe("Sentences of Twilio's transcript", () => {
  it("are read as the SDK lists them: decimals may be text", () => {
    const read = {
      channel: 1,
      start: 0.5,
      end: 2.25,
      text: "Hello there.",
      confidence: 0.93,
      wordStarts: [],
    };
    assert.deepEqual(readSentences([listed({})]), [read]);
    assert.deepEqual(readSentences([listed({ start_time: 0.5, end_time: 2.25, confidence: 0.93 })]), [read]);
  });

  it("come by time, whatever the order of the list", () => {
    const later = listed({ sentence_index: 0, start_time: "9", end_time: "10", transcript: "later" });
    const second = listed({ sentence_index: 2, start_time: "1", transcript: "second" });
    const first = listed({ sentence_index: 1, start_time: "1", transcript: "first" });
    assert.deepEqual(
      readSentences([later, second, first]).map(({ text }) => text),
      ["first", "second", "later"],
    );
  });

  it("bring the time of each word, where Twilio tells it", () => {
    const words = [
      { word: "Hello", start_time: "0.5", end_time: "0.9" },
      { word: "there", start_time: "1.1", end_time: "1.4" },
    ];
    assert.deepEqual(readSentences([listed({ words })])[0]?.wordStarts, [0.5, 1.1]);
    assert.deepEqual(readSentences([listed({ words: [{ word: "Hello" }] })])[0]?.wordStarts, []);
    assert.deepEqual(readSentences([listed({ words: null })])[0]?.wordStarts, []);
  });

  it("have no confidence where none was given", () => {
    for (const confidence of [null, undefined, "", "NaN", "2", "-1"]) {
      assert.equal(readSentences([listed({ confidence })])[0]?.confidence, null, String(confidence));
    }
  });

  it("are left out where they have no words or no time", () => {
    const broken = [
      listed({ transcript: "  " }),
      listed({ transcript: null }),
      listed({ start_time: "soon" }),
      listed({ start_time: "-1" }),
      listed({ media_channel: null }),
      null,
      "a sentence",
    ];
    assert.deepEqual(readSentences([...broken, listed({})]).length, 1);
  });

  it("never end before they begin", () => {
    assert.equal(readSentences([listed({ start_time: "3", end_time: "1" })])[0]?.end, 3);
  });
});
