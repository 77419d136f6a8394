import assert from "node:assert/strict";
import { serverEvent, withoutProviderText } from "../../src/relay/serverEvents";

describe("What a client learns of the provider's failures", () => {
  it("is the code of a failed response, not the provider's words", () => {
    const failed = serverEvent.parse({
      type: "response.done",
      response: {
        id: "r",
        status: "failed",
        status_details: {
          type: "failed",
          error: { type: "server_error", code: "oops", message: "org-123 sk-abc" },
        },
      },
    });
    assert.doesNotMatch(JSON.stringify(withoutProviderText(failed)), /org-123|sk-abc/);
    assert.match(JSON.stringify(withoutProviderText(failed)), /oops/);
  });

  it("is what it did wrong itself, without a key that may stand in it", () => {
    const error = serverEvent.parse({
      type: "error",
      error: { type: "invalid_request_error", code: "x", message: "Bad item for sk-proj-abcdefghijkl" },
    });
    assert.doesNotMatch(JSON.stringify(withoutProviderText(error)), /sk-proj/);
    assert.match(JSON.stringify(withoutProviderText(error)), /Bad item/);
  });
});
