import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import express from "express";
import { getAuth } from "firebase-admin/auth";
import { after, before, describe, it } from "mocha";
import { firebaseApp } from "../../src/core/firestore";
import { newId } from "../../src/core/ids";
import * as endpoints from "../../src/voice/endpoints";
import { type Answer, DOORS, send } from "../support/http";
import { type SignedInUser, signedInUser } from "../support/signedInUser";

const PATHS: [method: string, path: string][] = [
  ["POST", "/api/voice/connect"],
  ["GET", "/api/voice/sessions"],
  ["GET", "/api/voice/sessions/x"],
  ["DELETE", "/api/voice/sessions/x"],
  ["POST", "/api/voice/sessions/x/end"],
  ["GET", "/api/voice/sessions/x/transcript"],
  ["POST", "/api/voice/sessions/x/transcript"],
];
const CALLABLES = [
  "connectVoice",
  "endVoiceSession",
  "saveVoiceTranscript",
  "listVoiceSessions",
  "getVoiceSession",
  "getVoiceTranscript",
  "deleteVoiceSession",
];

function assertUnauthenticated(answer: Answer): void {
  assert.equal(answer.status, 401, answer.text);
  assert.equal(answer.headers.get("www-authenticate"), "Bearer");
  assert.deepEqual(Object.keys(answer.body as object), ["error"]);
}

/** The token with its claims changed; the Auth emulator's tokens are not signed, so this is what can be forged here. */
function withClaims(token: string, claims: object): string {
  const [header, payload = "", signature] = token.split(".");
  const changed = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), ...claims };
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
}

const connect = (user: SignedInUser, token = user.idToken) =>
  send("/api/voice/connect", { method: "POST", token, body: { sessionId: newId(), userId: user.uid } });

describe("signing in", function () {
  // The emulator starts a process for each function that is called for the first time.
  this.timeout(60_000);
  it("is asked for at every path and door, before the input is looked at", async () => {
    for (const door of DOORS) {
      for (const [method, path] of PATHS) assertUnauthenticated(await send(path, { method, door }));
    }
  });

  it("is asked for by every callable", async () => {
    const user = await signedInUser();
    const { app } = user;
    const { getAuth: getClientAuth, signOut } = await import("firebase/auth");
    await signOut(getClientAuth(app));
    for (const name of CALLABLES) {
      await assert.rejects(
        user.call(name),
        (error) => (error as { code: string }).code === "functions/unauthenticated",
      );
    }
  });

  it("takes no header but one Bearer token", async () => {
    const { idToken } = await signedInUser();
    for (const authorization of [
      "",
      "Bearer",
      "Bearer ",
      `Basic ${idToken}`,
      idToken,
      `Bearer ${idToken} x`,
      `Bearer ${idToken}, Bearer ${idToken}`,
      `Bearer ${"x".repeat(9_000)}`,
      "Bearer not-a-token",
      "Bearer a.b.c",
      "Bearer null",
    ]) {
      const headers = { Authorization: authorization };
      assertUnauthenticated(await send("/api/voice/sessions", { headers }));
    }
  });

  it("takes no token that is expired, for another project, or for nobody", async () => {
    const user = await signedInUser();
    const now = Math.floor(Date.now() / 1_000);
    for (const claims of [
      { exp: now - 60, iat: now - 3_660 },
      { aud: "another-project" },
      { iss: "https://securetoken.google.com/another-project" },
      { sub: "", user_id: "" },
      { sub: undefined },
      { sub: "x".repeat(200) },
    ]) {
      const token = withClaims(user.idToken, claims);
      assertUnauthenticated(await connect(user, token));
      assertUnauthenticated(await send(`/api/voice/sessions?userId=${user.uid}`, { token }));
    }
  });

  it("scheme and spaces of the header are as HTTP has them", async () => {
    const user = await signedInUser();
    const headers = { Authorization: `bearer   ${user.idToken}` };
    assert.equal((await send(`/api/voice/sessions?userId=${user.uid}`, { headers })).status, 200);
  });
});

describe("where a session is given out", () => {
  const connectDoors: [name: string, connect: (user: SignedInUser) => Promise<unknown>][] = [
    [
      "HTTPS",
      async (user) => {
        const answer = await connect(user);
        if (answer.status !== 200) assertUnauthenticated(answer);
        return answer.status === 200 ? "given" : "refused";
      },
    ],
    [
      "a callable",
      (user) =>
        user.call("connectVoice", { sessionId: newId(), userId: user.uid }).then(
          () => "given",
          (error: { code: string }) => {
            assert.equal(error.code, "functions/unauthenticated");
            return "refused";
          },
        ),
    ],
  ];
  for (const [name, connecting] of connectDoors) {
    it(`over ${name}, a revoked token is refused`, async () => {
      const user = await signedInUser();
      assert.equal(await connecting(user), "given");
      // Revocation counts in whole seconds: the token must be older than it.
      await sleep(1_100);
      await getAuth(firebaseApp()).revokeRefreshTokens(user.uid);
      assert.equal(await connecting(user), "refused");
    });

    it(`over ${name}, a disabled user and one that was deleted are refused`, async () => {
      const [disabled, deleted] = await Promise.all([signedInUser(), signedInUser()]);
      await getAuth(firebaseApp()).updateUser(disabled.uid, { disabled: true });
      await getAuth(firebaseApp()).deleteUser(deleted.uid);
      assert.equal(await connecting(disabled), "refused");
      assert.equal(await connecting(deleted), "refused");
    });
  }
});

// The Auth emulator is asked about every token, whether or not the code wants it. So here it is watched what the code
// wants: https://github.com/firebase/firebase-admin-node/blob/v13.10.0/src/auth/base-auth.ts (verifyIdToken)
describe("whether a token was revoked or its user disabled", () => {
  const asked: boolean[] = [];
  const auth = getAuth(firebaseApp());
  const { verifyIdToken } = auth;
  let server: Server;
  let url = "";

  before(async () => {
    auth.verifyIdToken = (token, checkRevoked = false) => {
      asked.push(checkRevoked);
      return verifyIdToken.call(auth, token, checkRevoked);
    };
    const verify = (request: object, _response: unknown, bytes: Buffer) =>
      void Object.assign(request, { rawBody: bytes });
    const app = express();
    app.use(express.json({ verify }));
    const functions: Record<string, unknown> = endpoints;
    app.use("/:name", (request, response) => {
      const served = functions[request.params.name] as (request: unknown, response: unknown) => void;
      served(request, response);
    });
    server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    auth.verifyIdToken = verifyIdToken;
    server.close();
  });

  async function wanted(user: SignedInUser, name: string, path: string, method: string, body?: object) {
    asked.length = 0;
    const headers = { Authorization: `Bearer ${user.idToken}`, "Content-Type": "application/json" };
    const sent = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    assert.equal((await fetch(`${url}/${name}${path}`, sent)).status, 200, name);
    return asked.includes(true);
  }

  it("is asked where a session is given out, and not on every read", async () => {
    const user = await signedInUser();
    const sessionId = newId();
    const input = { sessionId, userId: user.uid };
    const session = `/api/voice/sessions/${sessionId}`;
    assert.equal(await wanted(user, "voiceConnectHttp", "/api/voice/connect", "POST", input), true);
    assert.equal(await wanted(user, "connectVoice", "", "POST", { data: input }), true);
    assert.equal(await wanted(user, "voiceSessionHttp", session, "GET"), false);
    assert.equal(await wanted(user, "getVoiceSession", "", "POST", { data: { sessionId } }), false);
    assert.equal(await wanted(user, "voiceSessionEndHttp", `${session}/end`, "POST"), false);
  });
});
