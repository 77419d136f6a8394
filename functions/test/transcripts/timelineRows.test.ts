import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { partIn, timelineRows } from "../../src/transcripts/timelineRows";

describe("The rows of a timeline", () => {
  it("cover a conversation from end to end, in few rows of one length, each with some seconds labelled", () => {
    const property = fc.property(fc.double({ min: 0, max: 100_000, noNaN: true }), (duration) => {
      const rows = timelineRows(duration);
      assert.ok(rows.length >= 1 && rows.length <= 6);
      assert.equal(rows[0]?.start, 0);
      for (const [n, { start, end, until, ticks }] of rows.entries()) {
        assert.equal(start, rows[n - 1]?.end ?? 0);
        assert.equal(end - start, rows[0]?.end);
        assert.ok(ticks.length >= 1 && ticks.length <= 11, String(ticks));
        assert.ok(ticks.every((tick) => tick >= start && tick < end));
        assert.equal(until, Math.min(end, duration));
      }
      assert.ok((rows.at(-1)?.end ?? 0) >= duration);
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });

  it("hold all of what was said, in parts where it goes on in the next row", () => {
    const property = fc.property(fc.nat(1_000), fc.nat(300), (start, length) => {
      const rows = timelineRows(1_300);
      const parts = rows.flatMap((row) => partIn(row, { start, end: start + length }) ?? []);
      assert.equal(parts[0]?.start, start);
      assert.equal(parts.at(-1)?.end, start + length);
      assert.equal(
        parts.reduce((sum, part) => sum + part.end - part.start, 0),
        length,
      );
    });
    fc.assert(property, { numRuns: 300, seed: 2 });
  });
});
