import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { describe, it } from "mocha";
import { withStallLimit } from "../../src/providers/stallLimit";

async function* every(ms: number, values: number[]) {
  for (const value of values) {
    await delay(ms);
    yield value;
  }
}

describe("a limit on silence", () => {
  it("passes on everything of a source that keeps talking, however long it takes in all", async function () {
    this.timeout(20_000);
    let stalls = 0;
    const seen: number[] = [];
    for await (const value of withStallLimit(every(400, [1, 2, 3, 4, 5, 6]), 2_000, () => stalls++))
      seen.push(value);
    assert.deepEqual([seen, stalls], [[1, 2, 3, 4, 5, 6], 0]);
  });

  it("tells of a source that falls silent", async () => {
    let stalls = 0;
    for await (const _ of withStallLimit(every(500, [1]), 30, () => stalls++));
    assert.equal(stalls, 1);
  });

  it("does not count the time that the reader takes", async () => {
    let stalls = 0;
    for await (const _ of withStallLimit(every(1, [1, 2]), 500, () => stalls++)) await delay(700);
    assert.equal(stalls, 0);
  });
});
