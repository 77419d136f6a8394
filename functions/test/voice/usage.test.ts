import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { parseConfig } from "../../src/core/config";
import { addUsage, costUsd, NO_USAGE } from "../../src/voice/usage";

const tokens = (one: Partial<typeof NO_USAGE>) => ({ ...NO_USAGE, ...one });
const anyUsage = fc.record({
  responses: fc.nat(100),
  textIn: fc.nat(1e6),
  textCachedIn: fc.nat(1e6),
  textOut: fc.nat(1e6),
  audioIn: fc.nat(1e6),
  audioCachedIn: fc.nat(1e6),
  audioOut: fc.nat(1e6),
  costUsd: fc.option(fc.nat(1e9).map((nanos) => nanos / 1e9)),
});

describe("usage", () => {
  const price = parseConfig({}).OPENAI_PRICES["gpt-realtime-2.1"];
  assert.ok(price);

  it("costs what the price table says for a million tokens of each kind", () => {
    assert.equal(costUsd(tokens({ textIn: 1e6 }), price), 4);
    assert.equal(costUsd(tokens({ textIn: 1e6, textCachedIn: 1e6 }), price), 0.4);
    assert.equal(costUsd(tokens({ textOut: 1e6 }), price), 24);
    assert.equal(costUsd(tokens({ audioIn: 1e6 }), price), 32);
    assert.equal(costUsd(tokens({ audioIn: 1e6, audioCachedIn: 1e6 }), price), 0.4);
    assert.equal(costUsd(tokens({ audioOut: 1e6 }), price), 64);
  });

  it("counts cached tokens as a part of the input, not on top", () => {
    const used = tokens({ textIn: 119, textCachedIn: 64, audioIn: 13, textOut: 30, audioOut: 91 });
    assert.equal(costUsd(used, price), (55 * 4 + 64 * 0.4 + 13 * 32 + 30 * 24 + 91 * 64) / 1e6);
  });

  it("adds up in any order to the same, without noise in the cost", () => {
    fc.assert(
      fc.property(fc.array(anyUsage, { maxLength: 20 }), (all) => {
        const there = all.reduce(addUsage, NO_USAGE);
        const back = [...all].reverse().reduce(addUsage, NO_USAGE);
        assert.deepEqual(there, back);
        assert.equal(
          there.audioOut,
          all.reduce((sum, one) => sum + one.audioOut, 0),
        );
      }),
    );
  });

  it("has no known cost where a part of it has none", () => {
    assert.equal(addUsage(tokens({ costUsd: null }), tokens({ costUsd: 1 })).costUsd, null);
    assert.equal(addUsage(tokens({ costUsd: 1 }), tokens({ costUsd: null })).costUsd, null);
  });

  it("of ten times a tenth of a cent is a cent", () => {
    const total = Array(10)
      .fill(tokens({ costUsd: 0.001 }))
      .reduce(addUsage, NO_USAGE);
    assert.equal(total.costUsd, 0.01);
  });
});
