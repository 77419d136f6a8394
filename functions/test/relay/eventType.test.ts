import assert from "node:assert/strict";
import fc from "fast-check";
import { isPlainAppend, peekType } from "../../src/relay/eventType";

const HEAD = '{"type":"input_audio_buffer.append","audio":"';
const base64 = fc.base64String({ maxLength: 200 });
const anyText = fc.string({ unit: "binary", maxLength: 60 });

/** Messages that are a plain append, nearly one, or one that hides something. */
const nearAppend = fc.oneof(
  base64.map((audio) => `${HEAD}${audio}"}`),
  anyText.map((inside) => `${HEAD}${inside}"}`),
  fc
    .tuple(base64, anyText, anyText)
    .map(([audio, key, value]) => `${HEAD}${audio}",${JSON.stringify(key)}:${JSON.stringify(value)}}`),
  fc.tuple(base64, anyText).map(([audio, after]) => `${HEAD}${audio}"}${after}`),
  fc
    .tuple(base64, fc.nat(), fc.string({ unit: "binary", minLength: 1, maxLength: 1 }))
    .map(([audio, at, character]) => {
      const whole = `${HEAD}${audio}"}`;
      const index = at % (whole.length + 1);
      return whole.slice(0, index) + character + whole.slice(index);
    }),
);

describe("An audio append that goes on unparsed", () => {
  it("is, whatever the message, exactly a type and audio when parsed", () => {
    let accepted = 0;
    fc.assert(
      fc.property(nearAppend, (text) => {
        const message = Buffer.from(text);
        if (!isPlainAppend(message)) return;
        accepted += 1;
        const parsed = JSON.parse(message.toString());
        assert.deepEqual(Object.keys(parsed), ["type", "audio"]);
        assert.equal(parsed.type, "input_audio_buffer.append");
        assert.equal(typeof parsed.audio, "string");
      }),
      { numRuns: 20_000 },
    );
    assert.ok(accepted > 1_000, `only ${accepted} were accepted: nothing was shown`);
  });

  it("is recognised as the official clients write it, of any length", () => {
    for (const bytes of [0, 1, 2, 3, 4, 5, 6, 7, 8, 960, 4_800, 190_000]) {
      const audio = Buffer.alloc(bytes, 7).toString("base64");
      const message = JSON.stringify({ type: "input_audio_buffer.append", audio });
      assert.ok(isPlainAppend(Buffer.from(message)), `${bytes} bytes of audio`);
    }
  });

  const parsedInstead: [string, string][] = [
    ["a second audio key", `${HEAD}AAAA","audio":"BBBB"}`],
    ["a second type", `${HEAD}AAAA","type":"session.update"}`],
    ["a session behind it", `${HEAD}AAAA","session":{"instructions":"x"}}`],
    ["an escaped quote", `${HEAD}AAAA\\"}`],
    ["an escape", `${HEAD}AA\\u0041A"}`],
    ["a line break in the audio", `${HEAD}AA\nAA"}`],
    ["a NUL at the very end of the audio", `${HEAD}AAAAA\0"}`],
    ["something behind the object", `${HEAD}AAAA"} `],
    ["a second object", `${HEAD}AAAA"}{"type":"response.create"}`],
    ["an event_id", '{"event_id":"e","type":"input_audio_buffer.append","audio":"AAAA"}'],
    ["no closing brace", `${HEAD}AAAA"`],
    ["the head alone", HEAD],
    ["nothing", ""],
    ["audio that is no string", '{"type":"input_audio_buffer.append","audio":5}'],
  ];
  for (const [what, text] of parsedInstead) {
    it(`is not recognised with ${what}`, () => {
      assert.equal(isPlainAppend(Buffer.from(text)), false);
    });
  }
});

describe("The type of a model's event", () => {
  const peeked: [string, string | undefined][] = [
    ['{"type":"response.done","event_id":"e"}', "response.done"],
    [
      '{"event_id":"event_1","type":"response.output_audio.delta","delta":"A"}',
      "response.output_audio.delta",
    ],
    [' {\n "type" : "error" }', "error"],
    ['{"error":{"type":"invalid_request_error"},"type":"error"}', undefined],
    ['{"event_id":"a\\"b","type":"error"}', undefined],
    ['{"type":5}', undefined],
    ["[]", undefined],
    ["", undefined],
  ];
  for (const [event, type] of peeked) {
    it(`${event} ${type ? `is ${type}` : "has to be parsed"}`, () => {
      assert.equal(peekType(Buffer.from(event)), type);
    });
  }

  it("is what parsing gives, or nothing, for any event", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.stringMatching(/^[a-z_.]{1,60}$/), (eventId, type) => {
        const event = Buffer.from(JSON.stringify({ event_id: eventId, type, delta: "AAAA" }));
        const peeked = peekType(event);
        assert.ok(peeked === undefined || peeked === type);
      }),
    );
  });
});
