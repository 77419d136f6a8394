import assert from "node:assert/strict";
import { MAX_CREATED_ITEMS, MAX_RESPONSES_PER_MINUTE } from "../../../src/relay/limits";
import { serverEvent } from "../../../src/relay/serverEvents";
import { CallMeter } from "../../../src/relay/sideband/callMeter";

const NOW = 1_800_000_000_000;
const created = serverEvent.parse({ type: "response.created", response: { id: "r" } });
const added = serverEvent.parse({ type: "conversation.item.added", item: { id: "i", type: "message" } });

describe("What a call uses", () => {
  it("is no reason to end it while it is a conversation", () => {
    const meter = new CallMeter(1);
    for (let minute = 0; minute < 60; minute += 1) {
      const now = NOW + minute * 60_000;
      for (let n = 0; n < MAX_RESPONSES_PER_MINUTE; n += 1) meter.handle(created, now);
    }
    for (let n = 0; n < MAX_CREATED_ITEMS; n += 1) meter.handle(added, NOW);
    meter.add(null);
    meter.add(0.99);
    assert.equal(meter.verdict(), undefined);
  });

  it("ends it once it has cost what it may", () => {
    const meter = new CallMeter(1);
    meter.add(0.6);
    meter.add(0.4);
    assert.equal(meter.verdict(), "spent");
  });

  it("ends it where responses or items come by the flood", () => {
    const responses = new CallMeter(1);
    for (let n = 0; n <= MAX_RESPONSES_PER_MINUTE; n += 1) responses.handle(created, NOW + n);
    assert.equal(responses.verdict(), "misused");
    const items = new CallMeter(1);
    for (let n = 0; n <= MAX_CREATED_ITEMS; n += 1) items.handle(added, NOW);
    assert.equal(items.verdict(), "misused");
  });
});
