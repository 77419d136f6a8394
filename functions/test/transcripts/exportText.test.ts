import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { exportText } from "../../src/transcripts/exportText";
import { HOSTILE } from "./hostileTexts";
import { anyCall, transcriptOf, turnAt } from "./sampleTranscript";

const LINES_OF_HEAD = 6;

describe("A conversation as plain text", () => {
  it("is a line a turn, and says what nobody heard", () => {
    const turns = [
      turnAt(0.5, "assistant", "Hello, this is Alex.", { interrupted: true, heardMs: 700 }),
      turnAt(3, "user", "Yes?\nWho is it?"),
      turnAt(5, "assistant", "Never mind.", { interrupted: true, heardMs: 0 }),
      turnAt(3_700, "assistant", "Goodbye.", { interrupted: true }),
    ];
    const text = exportText(transcriptOf({ turns, duration: 3_702 }));
    assert.equal(
      text,
      [
        "Transcript GT0123456789abcdef0123456789abcdef",
        "Date: 2026-11-20T12:00:00.000Z",
        "Duration: 1:01:42",
        "Scenario: sales (outbound)",
        "Speakers: Customer, AI Agent",
        "",
        "[0:00] AI Agent: Hello, [cut off after 0.7 s; not heard: this is Alex.]",
        "[0:03] Customer: Yes? Who is it?",
        "[0:05] AI Agent: [never played; not heard: Never mind.]",
        "[1:01:40] AI Agent: Goodbye. [cut off]",
        "",
      ].join("\n"),
    );
  });

  for (const text of HOSTILE) {
    it(`has a line for ${JSON.stringify(text)}, and no other`, () => {
      const written = exportText(
        transcriptOf({ turns: [turnAt(1, "user", text)], names: { customer: text } }),
      );
      assert.equal(written.split(/[\n\r\u0085\u2028\u2029]/).length, LINES_OF_HEAD + 2);
    });
  }

  it("has as many lines as turns, and no control characters, whatever was said by whomever", () => {
    const property = fc.property(anyCall, (call) => {
      const transcript = transcriptOf(call);
      const written = exportText(transcript);
      const lines = written.split(/[\n\r\u0085\u2028\u2029]/);
      assert.equal(lines.length, LINES_OF_HEAD + transcript.conversation_flow.length + 1);
      assert.doesNotMatch(lines.join(""), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      assert.ok(written.isWellFormed());
    });
    fc.assert(property, { numRuns: 200, seed: 1 });
  });
});
