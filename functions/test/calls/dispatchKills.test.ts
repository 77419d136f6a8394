import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { killDispatchers } from "../support/dispatchKills";

const KILLS = 4;

describe("a dispatcher killed while it waits for Twilio", () => {
  it(`dials no call twice and leaves none behind, ${KILLS} times out of ${KILLS}`, async function () {
    this.timeout(120_000);
    const killed = await killDispatchers({ kills: KILLS, moment: "on the line" });
    assert.deepEqual(killed.unaccounted, []);
    assert.equal(killed.dialledTwice, 0);
    assert.equal(killed.placed + killed.unknown, killed.calls);
    assert.equal(killed.placed, killed.dials);
    assert.equal(killed.reservedUsd, 0, "nothing is set aside any more");
    assert.ok(killed.missed < KILLS, "no kill hit a call: nothing is proven");
  });
});
