import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { APIError } from "openai";
import { AppError } from "../../src/core/errors";
import { redact } from "../../src/core/log";
import { ChunkReader } from "../../src/providers/chunkReader";
import { providerFailed } from "../../src/providers/openAi";

describe("a provider's failure", () => {
  it("is logged without the provider's words, which may be the user's", () => {
    const body = { message: "canary +4917012345", code: "context_length_exceeded" };
    const headers = new Headers({ "x-request-id": "req_1" });
    const parsing = (() => {
      try {
        return JSON.parse("canary");
      } catch (error) {
        return error;
      }
    })();
    for (const cause of [APIError.generate(400, { error: body }, undefined, headers), parsing]) {
      const error = providerFailed(cause);
      assert.equal(error.code, "provider_failed");
      assert.doesNotMatch(JSON.stringify(redact(error)), /canary|\+49/);
    }
    const logged = JSON.stringify(
      redact(providerFailed(APIError.generate(400, { error: body }, undefined, headers))),
    );
    assert.match(logged, /HTTP 400, context_length_exceeded, request req_1/);
  });

  it("that is an error of ours already stays as it is", () => {
    const ours = new AppError("rate_limited", "Wait.");
    assert.equal(providerFailed(ours), ours);
  });
});

describe("the chunks of an answer", () => {
  it("stay one event each, also where the provider writes one on several lines", () => {
    const data = '{"choices":[{"index":0,\n"delta":{"content":"x"},"finish_reason":"stop"}]}';
    const [chunk] = new ChunkReader().read([data]);
    assert.ok(chunk && !chunk.text.includes("\n"));
    assert.deepEqual(chunk.value, JSON.parse(data));
  });
});
