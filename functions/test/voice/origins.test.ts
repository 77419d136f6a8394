import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { newId } from "../../src/core/ids";
import { DOORS, send } from "../support/http";
import { signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

const ALLOWED = fromStack("ALLOWED_ORIGINS").split(",");
const allowed = ALLOWED[0] ?? "";
const host = new URL(allowed).host;

/** What a page from elsewhere might try in place of an allowed origin. */
const HOSTILE = [
  "null",
  "https://evil.example",
  `${allowed}.evil.example`,
  `${allowed}:1`,
  `${allowed}/`,
  `${allowed}/path`,
  `${allowed}?x`,
  `${allowed}#x`,
  `${allowed}@evil.example`,
  `https://evil.example/${allowed}`,
  `https://evil.example#${allowed}`,
  `https://${host}`,
  `HTTP://${host}`,
  allowed.toUpperCase(),
  `http://evil-${host}`,
  `http://evil.${host}`,
  `${allowed},https://evil.example`,
  `${allowed} https://evil.example`,
  "*",
  "file://",
  "http://localhost",
  "http://127.0.0.1",
  "chrome-extension://abcdefghijklmnop",
];

const PREFLIGHT = {
  "Access-Control-Request-Method": "POST",
  "Access-Control-Request-Headers": "authorization,content-type",
};
const granted = (headers: Headers) =>
  [...headers.keys()].filter((name) => name === "access-control-allow-origin");

describe("pages in browsers", () => {
  for (const door of DOORS) {
    it(`over ${door}, from each allowed origin may ask, send and read`, async () => {
      const user = await signedInUser();
      for (const origin of ALLOWED) {
        const preflight = await send("/api/voice/connect", {
          method: "OPTIONS",
          door,
          headers: { Origin: origin, ...PREFLIGHT },
        });
        assert.equal(preflight.status, 204);
        assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
        assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
        assert.match(
          preflight.headers.get("access-control-allow-headers") ?? "",
          /Authorization, Content-Type/,
        );
        assert.match(preflight.headers.get("vary") ?? "", /\bOrigin\b/);

        const answer = await send(`/api/voice/sessions?userId=${user.uid}`, {
          door,
          token: user.idToken,
          headers: { Origin: origin },
        });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("access-control-allow-origin"), origin);
        assert.match(answer.headers.get("access-control-expose-headers") ?? "", /X-Next-Cursor/);
      }
    });

    it(`over ${door}, from ${HOSTILE.length} hostile origins are granted nothing, not even to read an error`, async () => {
      assert.ok(HOSTILE.length >= 20);
      const user = await signedInUser();
      for (const origin of HOSTILE) {
        assert.ok(!ALLOWED.includes(origin), origin);
        const preflight = await send("/api/voice/connect", {
          method: "OPTIONS",
          door,
          headers: { Origin: origin, ...PREFLIGHT },
        });
        assert.deepEqual(granted(preflight.headers), [], `preflight from ${origin}`);
        const sent = { method: "POST", door, headers: { Origin: origin } };
        const answer = await send("/api/voice/connect", sent);
        assert.deepEqual(granted(answer.headers), [], `request from ${origin}`);
      }
      const session = { sessionId: newId(), userId: user.uid };
      const headers = { Origin: "https://evil.example" };
      const answer = await send("/api/voice/connect", {
        method: "POST",
        door,
        token: user.idToken,
        body: session,
        headers,
      });
      assert.deepEqual(granted(answer.headers), []);
    });
  }

  it("learn of an error too where their origin is allowed", async () => {
    const answer = await send("/api/voice/sessions", { headers: { Origin: allowed } });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get("access-control-allow-origin"), allowed);
    assert.match(answer.headers.get("access-control-expose-headers") ?? "", /X-Request-Id/);
  });
});
