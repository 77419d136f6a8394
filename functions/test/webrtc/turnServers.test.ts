import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "mocha";
import type { Browser } from "playwright-core";
import { getTurnCredentials } from "../../src/webrtc/turnCredentials";
import { rejectsWith } from "../support/appError";
import { launchBrowser } from "../support/browser";
import { testWorld } from "../support/testCtx";

const TURN = "turn:global.turn.twilio.com:3478?transport=udp";
const credentials = { username: "a-user", credential: "a-credential" };

/** The browser's. */
declare const RTCPeerConnection: new (configuration: { iceServers: object[] }) => { close(): void };

/** What Twilio may come to answer, though its simulator does not. */
describe("The servers that Twilio names", function () {
  this.timeout(90_000);
  const world = testWorld();
  let twilio: Server;
  let browser: Browser;
  let answer: unknown;
  let users = 0;
  before(async () => {
    twilio = createServer((_request, response) => {
      response.writeHead(201, { "Content-Type": "application/json" });
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(twilio, "listening");
    browser = await launchBrowser();
  });
  after(async () => {
    await browser.close();
    twilio.close();
  });

  const given = (iceServers: unknown) => answered({ ice_servers: iceServers, ttl: "600" });

  async function answered(body: unknown) {
    answer = body;
    users += 1;
    const settings = {
      TWILIO_ACCOUNT_SID: `AC${"1".repeat(32)}`,
      TWILIO_AUTH_TOKEN: "a secret",
      TWILIO_API_BASE_URL: `http://127.0.0.1:${(twilio.address() as AddressInfo).port}`,
    };
    const ctx = world.configured(settings, `user-${users}`);
    return (await getTurnCredentials(ctx, { ttl: 600 })).iceServers;
  }

  /** What a browser says to them. */
  async function inBrowser(iceServers: object[]): Promise<string> {
    const page = await browser.newPage();
    const said = await page.evaluate((servers) => {
      try {
        new RTCPeerConnection({ iceServers: servers }).close();
        return "accepted";
      } catch (error) {
        return String(error);
      }
    }, iceServers);
    await page.close();
    return said;
  }

  it("are such as a browser takes, also where Twilio's own are not", async () => {
    const named = [
      {
        url: "stun:global.stun.twilio.com:3478?transport=udp",
        urls: "stun:global.stun.twilio.com:3478?transport=udp",
        username: null,
      },
      { url: TURN, urls: TURN, ...credentials },
      { url: "turns:global.turn.twilio.com:443?transport=tcp", ...credentials },
      { urls: "turn:global.turn.twilio.com:3478", ...credentials, extra: "to come" },
      { url: TURN, urls: TURN, username: "a-user" },
      { url: "https://example.com", urls: "https://example.com" },
      { ...credentials },
    ];
    const servers = await given(named);
    assert.deepEqual(
      servers.map((server) => Object.entries(server)),
      [
        "stun:global.stun.twilio.com:3478",
        TURN,
        "turns:global.turn.twilio.com:443?transport=tcp",
        "turn:global.turn.twilio.com:3478",
      ].map((url) =>
        url.startsWith("stun")
          ? Object.entries({ url, urls: url })
          : Object.entries({ url, username: "a-user", urls: url, credential: "a-credential" }),
      ),
    );
    assert.equal(await inBrowser(servers), "accepted");
    for (const at of [0, 4, 5]) assert.notEqual(await inBrowser([named[at] ?? {}]), "accepted", `${at}`);
  });

  for (const [what, named] of [
    ["are none", []],
    ["are of no use", [{ url: TURN, urls: TURN }]],
    ["are no list", { url: TURN }],
    ["are no objects", ["stun:example.com"]],
    ["are missing", undefined],
  ] as const) {
    it(`where they ${what}, are Twilio's failure`, () => rejectsWith("provider_failed", given(named)));
  }

  it("in an answer that is no JSON are Twilio's failure, and nothing of it is told", async () => {
    const { safeMessage, cause } = await rejectsWith("provider_failed", answered("a-credential"));
    assert.doesNotMatch(safeMessage + String(cause), /a-cred/);
  });
});
