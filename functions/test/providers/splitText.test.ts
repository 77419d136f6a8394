import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { splitText } from "../../src/providers/splitText";

describe("a text in parts", () => {
  it("is left whole where it fits", () => {
    assert.deepEqual(splitText(" Good morning. ", 100), ["Good morning."]);
    assert.deepEqual(splitText("   ", 100), []);
  });

  it("is cut between sentences, then words, then within a word", () => {
    assert.deepEqual(splitText("One two. Three four. Five.", 20), ["One two.", "Three four. Five."]);
    assert.deepEqual(splitText("one two three four", 9), ["one two", "three", "four"]);
    assert.deepEqual(splitText("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert.deepEqual(splitText("こんにちは。元気ですか。", 6), ["こんにちは。", "元気ですか。"]);
  });

  it("loses nothing but white space, breaks no emoji, and has no part that is too long", () => {
    const words = fc.array(
      fc.oneof(fc.string({ unit: "grapheme", maxLength: 30 }), fc.constant("a b. C! ")),
      {
        maxLength: 30,
      },
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 60 }), (list, most) => {
        const text = list.join(" ");
        const parts = splitText(text, most);
        assert.equal(parts.join("").replace(/\s/gu, ""), text.replace(/\s/gu, ""));
        for (const part of parts) {
          assert.ok(part.length <= most, part);
          assert.ok(part.isWellFormed(), part);
        }
      }),
    );
  });
});
