import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { countSentences, countWords, saysTheSame, tokensOf } from "../../src/transcripts/words";

describe("The words of a text", () => {
  for (const [text, words] of [
    ["", 0],
    ["Hello, this is Mike Thompson calling about…", 7],
    ["I don't owe 3.50, it's a well-known mistake.", 8],
    ["  spaced\n\tout ", 2],
    ["😀 👍🏽 …", 0],
    ["¿Qué? ¡Sí, señor!", 3],
    ["Größe straße", 2],
    ["مرحبا بكم في المتجر", 4],
    ["한국어 문장입니다", 2],
    ["我喜欢学习中文。", 4],
    ["これはテストです", 4],
    ["สวัสดีครับ", 2],
    ["苹果 2 iPhone", 3],
  ] as const) {
    it(`are counted as their readers count them: ${words} in ${JSON.stringify(text)}`, () => {
      assert.equal(countWords(text), words);
    });
  }

  it("are counted in what is as long as a whole call", () => {
    assert.equal(countWords("well then ".repeat(10_000)), 20_000);
    assert.equal(countWords("好的，".repeat(10_000)), 10_000);
  });

  it("stand in the text where the tokens say, in order, whatever the text is", () => {
    const property = fc.property(fc.string({ unit: "binary" }), (text) => {
      let passed = 0;
      for (const { start, end, seconds } of tokensOf(text)) {
        assert.ok(start >= passed && end > start && end <= text.length && seconds > 0);
        passed = end;
      }
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  it("are compared without case, punctuation and width", () => {
    assert.ok(saysTheSame("Yes, that's FINE.", "yes thats fine"));
    assert.ok(saysTheSame("ＡＢＣ１２３", "abc123"));
    assert.ok(!saysTheSame("ten thirty", "ten thirteen"));
  });
});

describe("The sentences of a text", () => {
  for (const [text, sentences] of [
    ["", 0],
    ["…!?", 0],
    ["Yes", 1],
    ["Yes. No? Well!", 3],
    ["It costs 3.50 a month.", 1],
    ["你好。你在哪里？", 2],
  ] as const) {
    it(`are ${sentences} in ${JSON.stringify(text)}`, () => assert.equal(countSentences(text), sentences));
  }
});
