import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AppError } from "../../src/core/errors";
import { pathTemplate } from "../../src/endpoint/pathTemplate";

const isNotFound = (error: unknown) => error instanceof AppError && error.code === "not_found";

describe("a path template", () => {
  const end = pathTemplate("/api/voice/sessions/{sessionId}/end");

  it("gives the named segments, decoded", () => {
    assert.deepEqual(end.match("/api/voice/sessions/abc/end"), { sessionId: "abc" });
    assert.deepEqual(end.match("/api/voice/sessions/a%20%2Fb/end/"), { sessionId: "a /b" });
    assert.deepEqual(end.parameters, ["sessionId"]);
  });

  it("finds nothing at other paths", () => {
    for (const path of [
      "/",
      "",
      "/api/voice/sessions//end",
      "/api/voice/sessions/a/b/end",
      "/api/voice/sessions/a/end/x",
      "/x/api/voice/sessions/a/end",
      "/api/voice/sessions/%E0%A4%A/end",
      "/API/voice/sessions/a/end",
    ]) {
      assert.throws(() => end.match(path), isNotFound, path);
    }
  });

  it("without named segments also answers at the function's own URL", () => {
    const connect = pathTemplate("/api/voice/connect");
    for (const path of ["/", "", "/api/voice/connect", "/api/voice/connect/"])
      assert.deepEqual(connect.match(path), {});
    assert.throws(() => connect.match("/api/voice"), isNotFound);
  });

  it("is a Hosting source with one wildcard a segment", () => {
    assert.deepEqual(pathTemplate("/a/{b}/{c}").hostingSources, ["/a/*/*"]);
  });

  it("under /api answers with the version in its path as well, unless it has one already", () => {
    assert.deepEqual(end.hostingSources, ["/api/voice/sessions/*/end", "/api/v1/voice/sessions/*/end"]);
    assert.deepEqual(end.match("/api/v1/voice/sessions/a/end"), { sessionId: "a" });
    assert.throws(() => end.match("/api/v2/voice/sessions/a/end"), isNotFound);
    assert.deepEqual(pathTemplate("/api/v1/interviews").hostingSources, ["/api/v1/interviews"]);
    assert.throws(() => pathTemplate("/api/v1/interviews").match("/api/interviews"), isNotFound);
    assert.deepEqual(pathTemplate("/auth/login").hostingSources, ["/auth/login"]);
  });
});
