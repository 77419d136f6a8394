import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { spokenText } from "../../src/transcripts/conversation";
import { exportVtt } from "../../src/transcripts/exportVtt";
import { oneLine } from "../../src/transcripts/plainText";
import { HOSTILE, HUGE } from "./hostileTexts";
import { anyCall, transcriptOf, turnAt } from "./sampleTranscript";
import { parseVtt } from "./vttGrammar";

const compact = (text: string) => text.replaceAll(" ", "");

describe("A conversation as captions", () => {
  it("has a cue a turn, with its speaker", () => {
    const turns = [
      turnAt(0.5, "assistant", "Hello?", { interrupted: true, heardMs: 1_250 }),
      turnAt(3_723.25, "user", "Yes & no."),
    ];
    const vtt = exportVtt(transcriptOf({ turns, names: { customer: "Ann <3" } }));
    assert.ok(
      vtt.startsWith(
        "WEBVTT\n\n1\n00:00:00.500 --> 00:00:01.750\n<v AI Agent>Hello?</v>\n\n2\n01:02:03.250 --> ",
      ),
      vtt,
    );
    assert.deepEqual(
      parseVtt(vtt).map(({ voice, text }) => [voice, text]),
      [
        ["AI Agent", "Hello?"],
        ["Ann <3", "Yes & no."],
      ],
    );
  });

  it("has no cue for what nobody heard", () => {
    const turns = [
      turnAt(0, "assistant", "Never said.", { interrupted: true, heardMs: 0 }),
      turnAt(2, "assistant", "One two three four five six seven eight.", { interrupted: true, heardMs: 900 }),
      turnAt(4, "user", " \n "),
    ];
    const cues = parseVtt(exportVtt(transcriptOf({ turns })));
    assert.deepEqual(
      cues.map(({ text }) => text),
      ["One two"],
    );
  });

  it("is a file without cues where nothing was said", () => {
    assert.equal(exportVtt(transcriptOf({})), "WEBVTT\n");
    assert.deepEqual(parseVtt("WEBVTT\n"), []);
  });

  it("shows long turns in pieces that can be read, one after another", () => {
    const content = "The quick brown fox jumps over the lazy dog. ".repeat(10).trim();
    const cues = parseVtt(exportVtt(transcriptOf({ turns: [turnAt(0, "user", content)] })));
    assert.ok(cues.length >= 5);
    assert.ok(cues.every(({ text }) => text.length <= 90 && text.length > 20));
    assert.equal(cues.map(({ text }) => text).join(" "), content);
    for (const [n, cue] of cues.slice(1).entries()) assert.ok(cue.start >= (cues[n]?.end ?? 0) - 0.002);
  });

  for (const text of HOSTILE) {
    it(`is valid and whole with ${JSON.stringify(text)} as words and name`, () => {
      const transcript = transcriptOf({ turns: [turnAt(1, "user", text)], names: { customer: text } });
      const cues = parseVtt(exportVtt(transcript));
      assert.equal(compact(cues.map((cue) => cue.text).join("")), compact(oneLine(text)));
    });
  }

  it("is valid and whole, whatever was said by whomever", () => {
    const property = fc.property(anyCall, (call) => {
      const transcript = transcriptOf(call);
      const letters = (texts: string[]) => [...compact(texts.join(""))].sort().join("");
      const cues = parseVtt(exportVtt(transcript));
      const said = transcript.conversation_flow.map((turn) => oneLine(spokenText(turn)));
      assert.equal(letters(cues.map(({ text }) => text)), letters(said));
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });

  it("is valid with a turn of 100 KB, with and without spaces", () => {
    for (const content of [HUGE, "我".repeat(30_000), "😀".repeat(25_000)]) {
      const cues = parseVtt(exportVtt(transcriptOf({ turns: [turnAt(1, "user", content)] })));
      assert.ok(cues.length > 300 && cues.every(({ text }) => text.length <= 90));
    }
  });
});
