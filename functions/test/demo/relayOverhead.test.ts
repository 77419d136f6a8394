import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { estimateQuantile, forwarding } from "../../demo/relayOverhead";
import { RelayMetrics } from "../../src/relay/metrics";

describe("the demo's reading of the relay's histogram", () => {
  it("estimates as Prometheus does: linear within a bucket, the last bound beyond it", () => {
    const buckets = [
      { atMostSeconds: 1, count: 50 },
      { atMostSeconds: 2, count: 90 },
      { atMostSeconds: Number.POSITIVE_INFINITY, count: 100 },
    ];
    assert.equal(estimateQuantile(buckets, 0.5), 1);
    assert.equal(estimateQuantile(buckets, 0.7), 1.5);
    assert.equal(estimateQuantile(buckets, 0.99), 2);
    assert.equal(estimateQuantile([], 0.5), undefined);
  });

  it("reads what the relay writes, each direction by itself", async () => {
    const metrics = new RelayMetrics();
    metrics.toModel.frameWritten(performance.now() - 3);
    metrics.toModel.frameWritten(performance.now() - 3);
    const text = await metrics.registry.metrics();
    const toModel = forwarding(text, "to_model");
    assert.equal(toModel.frames, 2);
    assert.ok(toModel.p99Ms !== undefined && toModel.p99Ms > 2.5 && toModel.p99Ms < 100);
    assert.deepEqual(forwarding(text, "to_client"), { frames: 0, p50Ms: undefined, p99Ms: undefined });
  });
});
