import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { alignWords } from "../../src/transcripts/alignWords";
import { bandOf } from "../../src/transcripts/wordBand";
import type { WordRow } from "../../src/transcripts/wordRow";

const WEIGHTS = Float64Array.of(0.5, 1, 1.5, 2);

const word = fc.record({ word: fc.nat(3), at: fc.double({ min: 0, max: 30, noNaN: true }), span: fc.nat(3) });
const row = fc.array(word, { maxLength: 25 }).map((words): WordRow => {
  const inOrder = words.sort((a, b) => a.at - b.at);
  return {
    words: Int32Array.from(inOrder, (one) => one.word),
    earliest: Float64Array.from(inOrder, ({ at }) => at),
    latest: Float64Array.from(inOrder, ({ at, span }) => at + span),
    owners: Int32Array.from(inOrder, () => 0),
    places: Int32Array.from(inOrder.keys()),
  };
});

describe("Words of two rows", () => {
  it("are paired in order, each once at most", () => {
    const property = fc.property(row, row, (a, b) => {
      const partners = [...alignWords(a, b, WEIGHTS)].filter((at) => at >= 0);
      assert.deepEqual(
        partners,
        [...new Set(partners)].sort((x, y) => x - y),
      );
      assert.ok(partners.every((at) => at < b.words.length));
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  it("are all paired where both rows are the same", () => {
    const property = fc.property(row, (a) => {
      assert.deepEqual([...alignWords(a, a, WEIGHTS)], [...a.words.keys()]);
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  it("are not paired where they were said long apart", () => {
    const at = (seconds: number): WordRow => ({
      words: Int32Array.of(0),
      earliest: Float64Array.of(seconds),
      latest: Float64Array.of(seconds),
      owners: Int32Array.of(0),
      places: Int32Array.of(0),
    });
    assert.deepEqual([...alignWords(at(10), at(10.5), WEIGHTS)], [0]);
    assert.deepEqual([...alignWords(at(10), at(13), WEIGHTS)], [-1], "a frequent word, three seconds off");
  });
});

describe("What is compared", () => {
  const rowOf = (length: number, step: number) => ({
    earliest: Float64Array.from({ length }, (_, n) => n * step),
    latest: Float64Array.from({ length }, (_, n) => n * step),
  });

  it("is what was said within reach", () => {
    const { from, to } = bandOf(rowOf(100, 1), rowOf(100, 1), 5, 1_000_000);
    assert.equal(from[50], 45);
    assert.equal(to[50], 55);
  });

  it("never goes back, and is bounded whatever the times are", () => {
    const times = fc.array(fc.double({ min: -10, max: 50, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
      size: "max",
    });
    const property = fc.property(times, times, fc.boolean(), (a, b, isSame) => {
      const side = (all: number[]) => {
        const seconds = Float64Array.from(all, (one) => (isSame ? 0 : one));
        return { earliest: seconds, latest: seconds };
      };
      const maxCells = 2_000;
      const { from, to, cells } = bandOf(side(a), side(b), 5, maxCells);
      assert.ok(cells <= maxCells + 2 * a.length, String(cells));
      for (let n = 1; n < from.length; n += 1) {
        assert.ok((from[n] ?? 0) >= (from[n - 1] ?? 0) && (to[n] ?? 0) >= (to[n - 1] ?? 0));
      }
    });
    fc.assert(property, { numRuns: 300, seed: 3 });
  });
});
