import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { exportCsv } from "../../src/transcripts/exportCsv";
import { oneLine } from "../../src/transcripts/plainText";
import { parseCsv } from "./csvGrammar";
import { HOSTILE, HUGE } from "./hostileTexts";
import { anyCall, sentenceAt, transcriptOf, turnAt } from "./sampleTranscript";

/** The rows as records, the byte order mark taken off. */
function records(csv: string): Record<string, string>[] {
  assert.equal(csv.charCodeAt(0), 0xfeff);
  const [headings = [], ...rows] = parseCsv(csv.slice(1));
  return rows.map((row) => Object.fromEntries(row.map((cell, at) => [headings[at] ?? "", cell])));
}

describe("A conversation as a table", () => {
  it("has a row a turn, with all that is known of it", () => {
    const turns = [
      turnAt(0.5, "assistant", "Hello, this is Alex of Northwind.", { interrupted: true, heardMs: 1_000 }),
      turnAt(3, "user", 'He said "no", twice'),
    ];
    const [first, second] = records(exportCsv(transcriptOf({ turns })));
    assert.deepEqual(first, {
      sequence: "1",
      start_time: "0.5",
      end_time: "1.5",
      duration: "1",
      channel: "1",
      role: "agent",
      name: "AI Agent",
      text: "Hello, this",
      not_heard: "is Alex of Northwind.",
      heard: "cut_off",
      confidence: "1",
      word_count: "2",
      sources: "relay",
      alternative: "",
    });
    assert.equal(second?.text, 'He said "no", twice');
    assert.equal(second?.confidence, "", "nobody has told any");
  });

  it("tells what the recording has instead", () => {
    const sentences = [sentenceAt(0.9, 2, 1, "I want Friday.")];
    const [row] = records(exportCsv(transcriptOf({ turns: [turnAt(1, "user", "I want five.")], sentences })));
    assert.deepEqual(
      [row?.text, row?.alternative, row?.sources],
      ["I want five.", "I want Friday.", "relay+twilio"],
    );
  });

  it("is one line of headings where nothing was said", () => {
    assert.deepEqual(records(exportCsv(transcriptOf({}))), []);
  });

  for (const text of HOSTILE) {
    it(`runs nothing and keeps its rows with ${JSON.stringify(text)} as words and name`, () => {
      const transcript = transcriptOf({ turns: [turnAt(1, "user", text)], names: { customer: text } });
      const [row, ...more] = records(exportCsv(transcript));
      assert.equal(more.length, 0);
      for (const cell of [row?.text ?? "", row?.name ?? ""]) {
        assert.doesNotMatch(cell, /^\s*[=+\-@＝＋－＠]/);
        assert.doesNotMatch(cell, /[;|]\s*[=+\-@＝＋－＠]/);
        assert.doesNotMatch(cell, /\p{Cc}/u);
        assert.equal(cell.replaceAll("'", ""), oneLine(text).replaceAll("'", ""));
      }
    });
  }

  it("leaves what is no formula as it was said", () => {
    for (const text of ["It's 5 - 3 = 2, isn't it?", "a@b.example", "'quoted'", "1;2"]) {
      const [row] = records(exportCsv(transcriptOf({ turns: [turnAt(1, "user", text)] })));
      assert.equal(row?.text, text);
    }
  });

  it("is CSV with a row a turn, whatever was said by whomever", () => {
    const property = fc.property(anyCall, (call) => {
      const transcript = transcriptOf(call);
      const rows = records(exportCsv(transcript));
      assert.deepEqual(
        rows.map(({ sequence }) => Number(sequence)),
        transcript.conversation_flow.map(({ sequence }) => sequence),
      );
      for (const row of rows) {
        for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+\-@＝＋－＠]/);
      }
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });

  it("holds a turn of 100 KB", () => {
    const [row] = records(exportCsv(transcriptOf({ turns: [turnAt(1, "user", HUGE)] })));
    assert.ok((row?.text ?? "").length > 80_000);
  });
});
