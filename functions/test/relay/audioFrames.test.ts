import assert from "node:assert/strict";
import fc from "fast-check";
import { appendLength, appendOf, audioOfDelta } from "../../src/relay/audioFrames";
import { isPlainAppend } from "../../src/relay/eventType";

const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some));
const samples = bytes.map((some) => some.subarray(0, some.length - (some.length % 2)));
const TYPE = "response.output_audio.delta";

describe("Raw audio on its way to the model", () => {
  it("is an append as the official clients write it, with the same audio", () => {
    fc.assert(
      fc.property(bytes, (audio) => {
        const event = appendOf(audio);
        assert.ok(isPlainAppend(event));
        assert.equal(event.length, appendLength(audio.length));
        const { audio: base64, ...rest } = JSON.parse(event.toString());
        assert.deepEqual(rest, { type: "input_audio_buffer.append" });
        assert.equal(base64, audio.toString("base64"));
      }),
    );
  });
});

describe("The audio of a delta of the model's", () => {
  it("is what parsing it gives, wherever it stands in the event and however that is written", () => {
    const key = fc.constantFrom(
      "event_id",
      "item_id",
      "response_id",
      "output_index",
      "x",
      'de"lta',
      ',"delta":"',
    );
    const value = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(',"delta":"', '"delta":"', "\\", '"'));
    const indents = fc.constantFrom(undefined, 0, 1);
    fc.assert(
      fc.property(
        samples,
        fc.dictionary(key, value, { noNullPrototype: true }),
        fc.dictionary(key, value, { noNullPrototype: true }),
        indents,
        (audio, before, after, indent) => {
          const delta = audio.toString("base64");
          const event = JSON.stringify({ type: TYPE, ...before, delta, ...after }, null, indent);
          assert.deepEqual(audioOfDelta(Buffer.from(event)), audio);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("is found where the slashes of the base64 are escaped", () => {
    const audio = Buffer.alloc(6, 0xff);
    const event = `{"type":"${TYPE}","delta":"${audio.toString("base64").replaceAll("/", "\\/")}"}`;
    assert.deepEqual(audioOfDelta(Buffer.from(event)), audio);
  });

  const none: [string, string][] = [
    ["has none", `{"type":"${TYPE}"}`],
    ["has something else in its place", `{"type":"${TYPE}","delta":5}`],
    ["has a part of a sample", `{"type":"${TYPE}","delta":"${Buffer.alloc(3).toString("base64")}"}`],
    ["is cut off", `{"type":"${TYPE}","delta":"AAAA`],
    ["is no event", "[]"],
  ];
  for (const [what, event] of none) {
    it(`is not made up for one that ${what}`, () => {
      assert.equal(audioOfDelta(Buffer.from(event)), undefined);
    });
  }

  it("may be empty", () => {
    assert.equal(audioOfDelta(Buffer.from(`{"type":"${TYPE}","delta":""}`))?.length, 0);
  });
});
