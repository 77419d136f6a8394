import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { FirebaseError } from "firebase/app";
import { after, before, describe, it } from "mocha";
import type { RequestView } from "../../simulators/twilio/requestLog";
import { firestore } from "../../src/core/firestore";
import type { TurnCredentials } from "../../src/webrtc/turnSchemas";
import { turnCredentials } from "../../src/webrtc/turnStore";
import { account, ask, assertDetail } from "../support/assistantApi";
import { launchBrowser } from "../support/browser";
import { eventually } from "../support/eventually";
import { DOORS, send } from "../support/http";
import { ownServer } from "../support/ownServer";
import { addPhoneFault } from "../support/phone";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { fromStack } from "../support/stackEnvironment";

const PATH = "/api/v1/webrtc/turn-credentials";

/** Of the documented answer, all but what is secret in it. */
const SERVERS = [
  { url: "stun:global.stun.twilio.com:3478" },
  { url: "turn:global.turn.twilio.com:3478?transport=udp", username: true, credential: true },
  { url: "turn:global.turn.twilio.com:3478?transport=tcp", username: true, credential: true },
  { url: "turn:global.turn.twilio.com:443?transport=tcp", username: true, credential: true },
];

function assertDocumented(body: unknown): TurnCredentials {
  const given = body as TurnCredentials;
  assert.deepEqual(Object.keys(given), ["iceServers", "ttl"]);
  const seen = given.iceServers.map(({ url, username, urls, credential }) => {
    assert.equal(urls, url);
    return { url, ...(username && { username: true }), ...(credential && { credential: true }) };
  });
  assert.deepEqual(seen, SERVERS);
  for (const server of given.iceServers) {
    const fields = server.credential ? ["url", "username", "urls", "credential"] : ["url", "urls"];
    assert.deepEqual(Object.keys(server), fields);
  }
  return given;
}

/** A lifetime that no other test asks for, so that its requests are told from theirs. */
const ownTtl = () => randomInt(1_000, 86_000);

/** How often Twilio was asked for credentials of this lifetime. */
async function askedOf(ttl: number): Promise<number> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/twilio/requests`);
  const requests = (await response.json()) as RequestView[];
  return requests.filter(({ path, params }) => path.endsWith("/Tokens.json") && params.Ttl === String(ttl))
    .length;
}

describe("GET /api/v1/webrtc/turn-credentials and getTurnCredentials", () => {
  let user: SignedInUser;
  before(async () => {
    user = await signedInUser();
  });
  after(() => user.signOut());

  it("give a day's credentials as documented, the same by every door while they are good", async () => {
    const token = user.idToken;
    const first = await send(PATH, { token });
    assert.equal(first.status, 200, first.text);
    assert.equal(first.headers.get("cache-control"), "no-store");
    const { iceServers, ttl } = assertDocumented(first.body);
    assert.equal(ttl, 86_400);
    for (const door of DOORS) {
      const again = assertDocumented((await send(PATH, { token, door })).body);
      assert.deepEqual(again.iceServers, iceServers);
      assert.ok(again.ttl > 86_000 && again.ttl <= 86_400, `${again.ttl}`);
    }
    const called = assertDocumented(await user.call("getTurnCredentials"));
    assert.deepEqual(called.iceServers, iceServers);
  });

  it("ask Twilio once for one lifetime, whichever door is taken", async () => {
    const ttl = ownTtl();
    const first = await send(`${PATH}?ttl=${ttl}`, { token: user.idToken });
    assert.equal((first.body as TurnCredentials).ttl, ttl);
    const called = await user.call<TurnCredentials>("getTurnCredentials", { ttl });
    assert.deepEqual(called.iceServers, (first.body as TurnCredentials).iceServers);
    assert.equal(await askedOf(ttl), 1);
  });

  it("take a ttl of a minute to a day, in whole seconds", async () => {
    const { idToken: token } = user;
    for (const ttl of [60, 86_400]) {
      const answer = await send(`${PATH}?ttl=${ttl}`, { token });
      assert.equal((answer.body as TurnCredentials).ttl, ttl, answer.text);
    }
    for (const ttl of ["59", "86401", "0", "-60", "600.5", "day", "", "1e3"])
      assertDetail(await send(`${PATH}?ttl=${ttl}`, { token }), 422, "ttl");
    assertDetail(await send(`${PATH}?ttl=60&ttl=61`, { token }), 422, "ttl");
    assertDetail(await send(`${PATH}?lifetime=60`, { token }), 422, "lifetime");
    for (const ttl of [59, 86_401, 60.5, null]) {
      await assert.rejects(user.call("getTurnCredentials", { ttl }), (error) => {
        assert.ok(error instanceof FirebaseError);
        assert.equal(error.code, "functions/invalid-argument");
        return /^ttl: /.test(error.message);
      });
    }
  });

  it("are for those who are signed in", async () => {
    for (const token of [undefined, "a.b.c"]) {
      const answer = await send(PATH, { token });
      assertDetail(answer, 401);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    const stranger = await signedInUser();
    await stranger.signOut();
    await assert.rejects(stranger.call("getTurnCredentials"), /./);
  });

  it("say that they cannot be had right now where Twilio is down, and are had again after", async () => {
    const { accessToken: token } = await account();
    const ttl = ownTtl();
    for (const fault of [{ status: 503 }, {}]) {
      await addPhoneFault({ on: "token", ...fault });
      const answer = await send(`${PATH}?ttl=${ttl}`, { token });
      assertDetail(answer, 503);
      assert.equal(answer.headers.get("retry-after"), "5");
      assert.doesNotMatch(answer.text, /twilio/i);
    }
    await addPhoneFault({ on: "token", status: 401, code: 20_003 });
    assertDetail(await send(`${PATH}?ttl=${ttl}`, { token }), 502);
    assert.equal((await send(`${PATH}?ttl=${ttl}`, { token })).status, 200);
  });

  it("say what is missing where there is no Twilio, and need no phone", async () => {
    const headers = { Authorization: `Bearer ${user.idToken}` };
    for (const name of ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]) {
      const server = await ownServer("turnCredentialsHttp", { [name]: undefined });
      try {
        const response = await fetch(`${server.url}${PATH}`, { headers });
        assert.equal(response.status, 503);
        const detail = `${name} is not configured on the server.`;
        assert.deepEqual(await response.json(), { detail, status_code: 503 });
      } finally {
        server.stop();
      }
    }
    const server = await ownServer("turnCredentialsHttp", {
      TWILIO_PHONE_NUMBER: undefined,
      LOG_LEVEL: "DEBUG",
    });
    try {
      const response = await fetch(`${server.url}${PATH}?ttl=${ownTtl()}`, { headers });
      const { iceServers } = assertDocumented(await response.json());
      assert.ok(!server.printed().includes(iceServers[1]?.credential ?? ""), "nothing of them is logged");
    } finally {
      server.stop();
    }
  });

  it("are what a browser makes a connection of", async function () {
    this.timeout(90_000);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(fromStack("HOSTING_URL"));
      const urls = await page.evaluate(connectAsDocumented, { path: PATH, accessToken: user.idToken });
      assert.deepEqual(
        urls.flat(),
        SERVERS.map(({ url }) => url),
      );
    } finally {
      await browser.close();
    }
  });

  it("are erased with their user, who is given no more", async () => {
    const ann = await account();
    const token = ann.accessToken;
    assert.equal((await ask("GET", PATH, { token })).status, 200);
    const stored = turnCredentials(firestore()).doc(ann.id);
    assert.equal((await stored.get()).exists, true);
    assert.equal((await ask("DELETE", "/users/me", { token })).status, 200);
    await eventually(async () => assert.equal((await stored.get()).exists, false));
    assertDetail(await ask("GET", PATH, { token }), 401);
  });
});

/** The browser's. */
declare const RTCPeerConnection: new (configuration: {
  iceServers: object[];
}) => { getConfiguration(): { iceServers: { urls: string[] }[] }; close(): void };

/** In the page: what the documentation tells an app to do. */
async function connectAsDocumented({ path, accessToken }: { path: string; accessToken: string }) {
  const response = await fetch(path, { headers: { Authorization: `Bearer ${accessToken}` } });
  const data = (await response.json()) as { iceServers: object[] };
  const connection = new RTCPeerConnection({ iceServers: data.iceServers });
  const { iceServers } = connection.getConfiguration();
  connection.close();
  return iceServers.map(({ urls }) => urls);
}
