import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { CallCost, ceilingOf } from "../../../src/relay/phone/callCost";

const MINUTE = 60_000;

describe("What a call has cost", () => {
  it("is its begun minutes and its responses", () => {
    const cost = new CallCost(MINUTE, { phone: 0.02, unpriced: 0.5 });
    assert.equal(cost.at(0), 0.02, "a clock that is behind makes nothing cheaper");
    assert.equal(cost.at(MINUTE), 0.02);
    assert.equal(cost.at(2 * MINUTE), 0.02);
    assert.equal(cost.at(2 * MINUTE + 1), 0.04);
    cost.add(0.5);
    cost.add(0.25);
    assert.equal(cost.at(2 * MINUTE), 0.77);
  });

  it("is never less than its time at what is set aside for a minute, once a response has no price", () => {
    const cost = new CallCost(0, { phone: 0.02, unpriced: 0.5 });
    cost.add(null);
    cost.add(0.01);
    assert.ok(Math.abs(cost.at(0) - 0.03) < 1e-9, "what is known");
    assert.equal(cost.at(MINUTE), 0.5);
    assert.equal(cost.at(9 * MINUTE), 4.5);
    assert.ok(cost.at(10 * MINUTE) >= ceilingOf(5));
  });

  it("leaves of what was set aside enough for a goodbye, never more than a twentieth", () => {
    assert.equal(ceilingOf(5), 4.98);
    assert.equal(ceilingOf(0.1), 0.095);
  });
});
