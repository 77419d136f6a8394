import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { INTERNAL_MESSAGE } from "../../src/core/errors";
import { newId } from "../../src/core/ids";
import { eventually } from "../support/eventually";
import { type OwnServer, ownServer } from "../support/ownServer";
import { type SignedInUser, signedInUser } from "../support/signedInUser";

const CONNECT = "/api/voice/connect";

interface Answered {
  status: number;
  headers: Headers;
  text: string;
}

describe("a fresh instance of a function", () => {
  const servers: OwnServer[] = [];
  const start = async (name: string, settings?: Record<string, string | undefined>) => {
    const server = await ownServer(name, settings);
    servers.push(server);
    return server;
  };
  afterEach(() => {
    for (const server of servers.splice(0)) server.stop();
  });

  async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(url, { method: "POST", body, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  const connect = (server: OwnServer, user: SignedInUser, headers = {}) =>
    post(`${server.url}${CONNECT}`, JSON.stringify({ sessionId: newId(), userId: user.uid }), {
      "Content-Type": "application/json",
      Authorization: `Bearer ${user.idToken}`,
      ...headers,
    });

  it("answers a malformed body in our own JSON from its very first request on", async () => {
    const user = await signedInUser();
    const server = await start("voiceConnectHttp");
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "Content-Type": type, Authorization: `Bearer ${user.idToken}` };
      const answer = await post(`${server.url}${CONNECT}`, '{"sessionId": ', headers);
      assert.equal(answer.status, 400);
      assert.deepEqual(JSON.parse(answer.text), { error: "body: is not valid JSON" });
      assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    }
  });

  it("serves at its own URL, with the path and without", async () => {
    const user = await signedInUser();
    const server = await start("voiceConnectHttp");
    assert.equal((await connect(server, user)).status, 200);
    const body = JSON.stringify({ sessionId: newId(), userId: user.uid });
    const headers = { Authorization: `Bearer ${user.idToken}` };
    assert.equal((await post(server.url, body, headers)).status, 200);
  });

  for (const name of ["RELAY_URL", "SECRET_KEY"]) {
    it(`without ${name} says so, in the shape of every error`, async () => {
      const user = await signedInUser();
      const server = await start("voiceConnectHttp", { [name]: undefined });
      const answer = await connect(server, user);
      assert.equal(answer.status, 500);
      assert.deepEqual(JSON.parse(answer.text), { error: `${name} is not configured on the server.` });
    });
  }

  it("with a wrong setting gives nothing of it away, but tells the log", async () => {
    const user = await signedInUser();
    const server = await start("voiceConnectHttp", { RELAY_URL: "hidden-url" });
    const answer = await connect(server, user);
    assert.equal(answer.status, 500);
    assert.deepEqual(JSON.parse(answer.text), { error: INTERNAL_MESSAGE });
    const requestId = answer.headers.get("x-request-id") ?? "none";
    await eventually(async () => assert.ok(server.printed().includes(requestId)));
    assert.match(server.printed(), /RELAY_URL must be a URL/);
    assert.doesNotMatch(server.printed(), /hidden-url/);
  });

  it("with ENFORCE_APP_CHECK lets nobody in without a valid App Check token, over HTTPS and callable", async () => {
    const user = await signedInUser();
    const settings = { ENFORCE_APP_CHECK: "true" };
    const server = await start("voiceConnectHttp", settings);
    for (const headers of [{}, { "X-Firebase-AppCheck": "" }, { "X-Firebase-AppCheck": "a.b.c" }]) {
      const answer = await connect(server, user, headers);
      assert.equal(answer.status, 401);
      assert.match(JSON.parse(answer.text).error, /App Check/);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    const called = await start("connectVoice", settings);
    const data = JSON.stringify({ data: { sessionId: newId(), userId: user.uid } });
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${user.idToken}` };
    const answer = await post(called.url, data, headers);
    assert.equal(answer.status, 401);
    assert.match(JSON.parse(answer.text).error.message, /App Check/);
    const open = await start("connectVoice");
    assert.equal((await post(open.url, data, headers)).status, 200, "and without it everybody comes in");
  });
});
