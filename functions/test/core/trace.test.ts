import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { projectIdOf, traceOf } from "../../src/core/trace";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const joined = (span: string | undefined, sampled: boolean) => ({
  "logging.googleapis.com/trace": `projects/app/traces/${TRACE}`,
  ...(span ? { "logging.googleapis.com/spanId": span } : {}),
  "logging.googleapis.com/trace_sampled": sampled,
});

describe("the trace of a request", () => {
  it("is read from traceparent", () => {
    const span = "b7ad6b7169203331";
    assert.deepEqual(traceOf({ traceparent: `00-${TRACE}-${span}-01` }, "app"), joined(span, true));
    assert.deepEqual(traceOf({ traceparent: `00-${TRACE}-${span}-00` }, "app"), joined(span, false));
    assert.deepEqual(traceOf({ traceparent: `cc-${TRACE}-${span}-01-more` }, "app"), joined(span, true));
  });

  it("is read from X-Cloud-Trace-Context, whose span is decimal", () => {
    const read = (value: string) => traceOf({ "x-cloud-trace-context": value }, "app");
    assert.deepEqual(read(`${TRACE}/255;o=1`), joined("00000000000000ff", true));
    assert.deepEqual(read(`${TRACE.toUpperCase()}/1;o=0`), joined("0000000000000001", false));
    assert.deepEqual(read(TRACE), joined(undefined, false));
    assert.deepEqual(read(`${TRACE}/0`), joined(undefined, false));
  });

  const invalid = [
    {},
    { traceparent: `00-${"0".repeat(32)}-b7ad6b7169203331-01` },
    { traceparent: `00-${TRACE}-${"0".repeat(16)}-01` },
    { traceparent: `ff-${TRACE}-b7ad6b7169203331-01` },
    { traceparent: `00-${TRACE.slice(1)}-b7ad6b7169203331-01` },
    { "x-cloud-trace-context": `${TRACE}/x` },
    { "x-cloud-trace-context": "0".repeat(32) },
  ];
  for (const headers of invalid) {
    it(`is not made up from ${JSON.stringify(headers)}`, () => assert.deepEqual(traceOf(headers, "app"), {}));
  }

  it("is none without a project, and the project is the one that the platform names", () => {
    assert.deepEqual(traceOf({ "x-cloud-trace-context": TRACE }, undefined), {});
    assert.equal(projectIdOf({ GOOGLE_CLOUD_PROJECT: "b" }), "b");
    assert.equal(projectIdOf({ GCLOUD_PROJECT: "a", GOOGLE_CLOUD_PROJECT: "b" }), "a");
    assert.equal(projectIdOf({ GCLOUD_PROJECT: "" }), undefined);
  });

  it("carries nothing but hex digits and the project, whatever a client sends", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (traceparent, context) => {
        const fields = traceOf({ traceparent, "x-cloud-trace-context": context }, "app");
        for (const value of Object.values(fields))
          assert.match(String(value), /^(projects\/app\/traces\/[0-9a-f]{32}|[0-9a-f]{16}|true|false)$/);
      }),
    );
  });
});
