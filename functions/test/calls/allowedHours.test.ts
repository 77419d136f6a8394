import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { allowedAt } from "../../src/calls/allowedHours";

const HOURS = { from: 8 * 60, until: 21 * 60 };
const NEW_YORK = ["America/New_York"];
const at = (iso: string) => new Date(iso);

describe("the hours in which people may be called", () => {
  it("are those at their place: from the first minute, until the last", () => {
    assert.deepEqual(allowedAt(at("2026-11-20T13:00:00Z"), NEW_YORK, HOURS), { allowed: true });
    assert.deepEqual(allowedAt(at("2026-11-21T01:59:59Z"), NEW_YORK, HOURS), { allowed: true });
    for (const [iso, localTime] of [
      ["2026-11-20T12:59:59Z", "07:59"],
      ["2026-11-21T02:00:00Z", "21:00"],
      ["2026-11-20T05:00:00Z", "00:00"],
    ] as const) {
      const refused = { allowed: false, reason: "outside_hours", zone: "America/New_York", localTime };
      assert.deepEqual(allowedAt(at(iso), NEW_YORK, HOURS), refused);
    }
  });

  it("are the strictest where a number may lie in several zones", () => {
    const zones = ["America/New_York", "America/Los_Angeles"];
    // 09:00 in New York, 06:00 in Los Angeles.
    const early = allowedAt(at("2026-11-20T14:00:00Z"), zones, HOURS);
    assert.ok(!early.allowed && early.reason === "outside_hours" && early.zone === "America/Los_Angeles");
    assert.equal(allowedAt(at("2026-11-20T17:00:00Z"), zones, HOURS).allowed, true);
  });

  it("follow the clocks when they are changed", () => {
    // Clocks go forward on 2026-03-08 and back on 2026-11-01.
    assert.equal(allowedAt(at("2026-03-07T13:00:00Z"), NEW_YORK, HOURS).allowed, true);
    assert.equal(allowedAt(at("2026-03-08T12:00:00Z"), NEW_YORK, HOURS).allowed, true);
    assert.equal(allowedAt(at("2026-10-31T12:00:00Z"), NEW_YORK, HOURS).allowed, true);
    assert.equal(allowedAt(at("2026-11-01T12:00:00Z"), NEW_YORK, HOURS).allowed, false);
  });

  it("are none where nothing is known of the place", () => {
    const unknown = { allowed: false, reason: "unknown_zone" };
    assert.deepEqual(allowedAt(at("2026-11-20T17:00:00Z"), [], HOURS), unknown);
    assert.deepEqual(allowedAt(at("2026-11-20T17:00:00Z"), [...NEW_YORK, "Mars/Olympus"], HOURS), unknown);
  });
});
