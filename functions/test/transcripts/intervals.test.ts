import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { gaps, type Interval, totalLength, union } from "../../src/transcripts/intervals";

const intervals = fc.array(
  fc.tuple(fc.nat(40), fc.nat(6)).map(([start, length]): Interval => ({ start, end: start + length })),
  { maxLength: 12 },
);
const covers = (all: readonly Interval[], second: number) =>
  all.some(({ start, end }) => start <= second && second < end);

describe("Stretches of time", () => {
  it("cover the same seconds when joined, each once", () => {
    const property = fc.property(intervals, (all) => {
      const joined = union(all);
      for (let second = 0; second < 50; second += 0.5) {
        assert.equal(covers(joined, second), covers(all, second));
      }
      for (const [n, { start }] of joined.slice(1).entries()) assert.ok(start > (joined[n]?.end ?? 0));
    });
    fc.assert(property, { numRuns: 300, seed: 1 });
  });

  it("and the gaps between them make up the whole", () => {
    const property = fc.property(intervals, (all) => {
      const joined = union(all);
      const between = gaps(joined, 50);
      assert.equal(totalLength(joined) + totalLength(between), 50);
      for (let second = 0; second < 50; second += 0.5) {
        assert.notEqual(covers(joined, second), covers(between, second));
      }
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });

  it("have no gaps behind the end", () => {
    assert.deepEqual(gaps([{ start: 2, end: 9 }], 5), [{ start: 0, end: 2 }]);
    assert.deepEqual(gaps([], 0), []);
  });
});
