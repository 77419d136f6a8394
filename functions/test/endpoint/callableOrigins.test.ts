import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type OwnServer, ownServer } from "../support/ownServer";

describe("a callable", () => {
  let server: OwnServer;
  // Not in the emulator, which lets in every origin.
  before(async () => {
    server = await ownServer("connectVoice", {
      ALLOWED_ORIGINS: "https://app.example, http://localhost:5173",
    });
  });
  after(() => server.stop());

  const preflight = async (origin: string) => {
    const headers = { Origin: origin, "Access-Control-Request-Method": "POST" };
    const answer = await fetch(server.url, { method: "OPTIONS", headers });
    return answer.headers.get("access-control-allow-origin");
  };

  it("lets in browsers of the allowed origins, and of no others", async () => {
    assert.equal(await preflight("http://localhost:5173"), "http://localhost:5173");
    assert.equal(await preflight("https://app.example"), "https://app.example");
    assert.notEqual(await preflight("https://evil.example"), "https://evil.example");
  });
});
