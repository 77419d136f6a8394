import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { slidingWindow } from "../../src/core/slidingWindow";

const policies = fc.record({
  limit: fc.integer({ min: 1, max: 20 }),
  windowSeconds: fc.integer({ min: 1, max: 120 }),
});
const gaps = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 });

/** Plays events with these gaps, in ms, and tells which were allowed when. */
function play(steps: number[], policy: { limit: number; windowSeconds: number }) {
  let now = 1_000_000;
  let times: unknown;
  const allowed: number[] = [];
  for (const step of steps) {
    now += step;
    const verdict = slidingWindow(times, now, policy);
    if (!verdict.allowed) continue;
    allowed.push(now);
    times = verdict.times;
  }
  return { allowed, times, now };
}

describe("the sliding window", () => {
  it("never lets more than the limit through in any window", () => {
    fc.assert(
      fc.property(gaps, policies, (steps, policy) => {
        const { allowed } = play(steps, policy);
        for (const end of allowed) {
          const inWindow = allowed.filter((t) => t > end - policy.windowSeconds * 1_000 && t <= end);
          assert.ok(inWindow.length <= policy.limit);
        }
      }),
    );
  });

  it("never refuses while there is room", () => {
    fc.assert(
      fc.property(gaps, policies, (steps, policy) => {
        const { allowed, times, now } = play(steps, policy);
        const recent = allowed.filter((t) => t > now - policy.windowSeconds * 1_000);
        assert.equal(slidingWindow(times, now, policy).allowed, recent.length < policy.limit);
      }),
    );
  });

  it("says exactly when a retry succeeds: then it does, a second earlier it does not", () => {
    fc.assert(
      fc.property(gaps, policies, (steps, policy) => {
        const { times, now } = play(steps, policy);
        const verdict = slidingWindow(times, now, policy);
        if (verdict.allowed) return;
        assert.ok(verdict.retryAfterSeconds >= 1 && verdict.retryAfterSeconds <= policy.windowSeconds);
        const retryAt = now + verdict.retryAfterSeconds * 1_000;
        assert.equal(slidingWindow(times, retryAt, policy).allowed, true);
        if (verdict.retryAfterSeconds > 1)
          assert.equal(slidingWindow(times, retryAt - 1_000, policy).allowed, false);
      }),
    );
  });

  it("keeps no more times than the limit", () => {
    fc.assert(
      fc.property(gaps, policies, (steps, policy) => {
        const { times } = play(steps, policy);
        assert.ok(!Array.isArray(times) || times.length <= policy.limit);
      }),
    );
  });

  it("takes whatever was stored, even what is no list of times", () => {
    fc.assert(
      fc.property(fc.anything(), (stored: unknown) => {
        const verdict = slidingWindow(stored, 0, { limit: 1_000, windowSeconds: 1 });
        assert.equal(verdict.allowed, true);
      }),
    );
  });
});
