import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { eventually } from "../support/eventually";
import { DOORS, send } from "../support/http";
import { ownServer } from "../support/ownServer";

describe("GET /api/health", () => {
  for (const door of DOORS) {
    it(`over ${door} is ok without a token`, async () => {
      const answer = await send("/api/health", { door });
      assert.deepEqual([answer.status, answer.body], [200, { status: "ok" }]);
    });
  }

  it("is 503 where Firestore does not answer, and says no more than that", async function () {
    this.timeout(30_000);
    const server = await ownServer("health", { FIRESTORE_EMULATOR_HOST: "127.0.0.1:9" });
    try {
      const answer = await fetch(`${server.url}/api/health`);
      assert.equal(answer.status, 503);
      assert.deepEqual(await answer.json(), { error: "Firestore does not answer right now." });
    } finally {
      server.stop();
    }
  });

  it("is 500 where a setting is wrong, which only the log names", async function () {
    this.timeout(30_000);
    const server = await ownServer("health", { LOG_LEVEL: "LOUD" });
    try {
      const answer = await fetch(`${server.url}/api/health`);
      assert.equal(answer.status, 500);
      assert.doesNotMatch(await answer.text(), /LOUD|LOG_LEVEL/);
      await eventually(async () => assert.match(server.printed(), /LOG_LEVEL must be/));
    } finally {
      server.stop();
    }
  });
});
