import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteBucket } from "../../src/relay/byteBucket";

const limits = fc.record({
  rate: fc.integer({ min: 1, max: 1_000_000 }),
  burst: fc.integer({ min: 1, max: 1_000_000 }),
});
const sending = fc.array(
  fc.record({ afterMs: fc.integer({ min: 0, max: 5_000 }), bytes: fc.integer({ min: 0, max: 300_000 }) }),
  { maxLength: 60 },
);

describe("The byte rate of a client", () => {
  it("never lets more through, in any span of time, than the burst and what flowed in since", () => {
    fc.assert(
      fc.property(limits, sending, ({ rate, burst }, frames) => {
        const bucket = new ByteBucket(rate, burst, 0);
        let now = 0;
        const passed: { at: number; bytes: number }[] = [];
        for (const { afterMs, bytes } of frames) {
          now += afterMs;
          if (bucket.take(bytes, now)) passed.push({ at: now, bytes });
        }
        for (const [index, first] of passed.entries()) {
          let sum = 0;
          for (const { at, bytes } of passed.slice(index)) {
            sum += bytes;
            assert.ok(sum <= burst + (rate * (at - first.at)) / 1_000 + 1e-3);
          }
        }
      }),
    );
  });

  it("never refuses one who keeps to it", () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 60 }),
        (limit, pauses) => {
          const bucket = new ByteBucket(limit.rate, limit.burst, 0);
          let now = 0;
          for (const pauseMs of pauses) {
            now += pauseMs;
            const bytes = Math.floor(Math.min(limit.burst, (limit.rate * pauseMs) / 1_000));
            assert.ok(bucket.take(bytes, now));
          }
        },
      ),
    );
  });

  it("takes nothing for what it refuses", () => {
    const bucket = new ByteBucket(10, 100, 0);
    assert.equal(bucket.take(101, 0), false);
    assert.equal(bucket.take(100, 0), true);
    assert.equal(bucket.take(1, 0), false);
    assert.equal(bucket.take(1, 100), true);
  });
});
