import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { sweepAmong } from "../support/dispatchStored";

const STORED = 2_000;
const HAND_OVERS = 120;
const DIALS = 60;
const MAX_READ_RATIO = 1.1;

describe("the sweep of scheduled calls", () => {
  it(`reads at most 1.1 times what is due among ${STORED}, and does all of it`, async function () {
    this.timeout(60_000);
    const swept = await sweepAmong({ stored: STORED, handOvers: HAND_OVERS, dials: DIALS });
    assert.deepEqual([swept.handedOver, swept.dialled], [HAND_OVERS, DIALS]);
    assert.ok(swept.idleReads <= 3, `${swept.idleReads} reads where nothing is due`);
    assert.ok(swept.handOverReads <= HAND_OVERS * MAX_READ_RATIO, `${swept.handOverReads} for hand-overs`);
    assert.ok(swept.findReads <= DIALS * MAX_READ_RATIO, `${swept.findReads} to find what is dialled`);
  });
});
