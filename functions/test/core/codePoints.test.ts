import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { codePoints } from "../../src/core/codePoints";

describe("the length of a text", () => {
  it("is counted in code points, as the provider counts", () => {
    assert.equal(codePoints(""), 0);
    assert.equal(codePoints("héllo"), 5);
    assert.equal(codePoints("😀"), 1);
    assert.equal(codePoints("👩‍👩‍👧"), 5, "three people and two joiners");
    assert.equal(codePoints("\ud83d"), 1, "half of a pair");
    assert.equal(codePoints("\ude00\ud83d"), 2, "a pair the wrong way round");
  });

  it("is what iterating over it gives, for any text", () => {
    const anyText = fc.string({
      unit: fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n)),
    });
    fc.assert(fc.property(anyText, (text) => codePoints(text) === [...text].length));
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => codePoints(text) === [...text].length));
  });
});
