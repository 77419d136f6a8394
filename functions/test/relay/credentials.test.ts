import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { type Credentials, readCredentials, selectProtocol } from "../../src/relay/credentials";

const TICKET = "payload.signature";
const ID_TOKEN = "header.payload.signature";
const KEY_PROTOCOL = "openai-insecure-api-key.";

function read(url: string, headers: Record<string, string> = {}): Credentials {
  return readCredentials({ url, headers } as unknown as IncomingMessage);
}

describe("The credentials of an upgrade", () => {
  const ticket: Credentials = { kind: "ticket", ticket: TICKET };
  const idToken: Credentials = { kind: "idToken", idToken: ID_TOKEN, sessionId: undefined };
  const cases: [string, Credentials, string, Record<string, string>?][] = [
    ["a ticket in the query", ticket, `/api/realtime?ticket=${TICKET}`],
    ["a ticket as a bearer", ticket, "/v1/realtime", { authorization: `Bearer ${TICKET}` }],
    ["a bearer of any case", ticket, "/v1/realtime", { authorization: `bEARER  ${TICKET}` }],
    [
      "a ticket as a subprotocol beside realtime",
      ticket,
      "/v1/realtime",
      { "sec-websocket-protocol": `realtime, ${KEY_PROTOCOL}${TICKET}` },
    ],
    [
      "a subprotocol in any place",
      ticket,
      "/v1/realtime",
      { "sec-websocket-protocol": `${KEY_PROTOCOL}${TICKET},x,realtime` },
    ],
    ["an ID token as a bearer", idToken, "/v1/realtime", { authorization: `Bearer ${ID_TOKEN}` }],
    [
      "an ID token as a subprotocol",
      idToken,
      "/v1/realtime",
      { "sec-websocket-protocol": `realtime, ${KEY_PROTOCOL}${ID_TOKEN}` },
    ],
    [
      "an ID token with a session",
      { ...idToken, sessionId: "s-1" },
      "/v1/realtime?sessionId=s-1",
      { authorization: `Bearer ${ID_TOKEN}` },
    ],
    [
      "the ticket of the query before a bearer",
      ticket,
      `/v1/realtime?ticket=${TICKET}`,
      { authorization: "Bearer other.one" },
    ],
    [
      "a bearer where the ticket of the query is empty",
      ticket,
      "/v1/realtime?ticket=",
      { authorization: `Bearer ${TICKET}` },
    ],
    ["nothing", { kind: "none" }, "/v1/realtime"],
    ["an empty ticket", { kind: "none" }, "/v1/realtime?ticket="],
    ["another scheme", { kind: "none" }, "/v1/realtime", { authorization: `Basic ${TICKET}` }],
    ["a bearer with a blank inside", { kind: "none" }, "/v1/realtime", { authorization: "Bearer a b" }],
    [
      "the protocol without a key",
      { kind: "none" },
      "/v1/realtime",
      { "sec-websocket-protocol": `realtime, ${KEY_PROTOCOL}` },
    ],
  ];
  for (const [what, expected, url, headers] of cases) {
    it(`are read from ${what}`, () => assert.deepEqual(read(url, headers), expected));
  }

  it("never take an ID token from an address, which others get to see", () => {
    assert.notEqual(read(`/api/realtime?ticket=${ID_TOKEN}`).kind, "idToken");
  });
});

describe("The subprotocol", () => {
  it("that is selected is realtime, never the one that carries the key", () => {
    assert.equal(selectProtocol(new Set(["realtime", `${KEY_PROTOCOL}x`])), "realtime");
    assert.equal(selectProtocol(new Set([`${KEY_PROTOCOL}x`, "realtime"])), "realtime");
    assert.equal(selectProtocol(new Set([`${KEY_PROTOCOL}x`])), false);
    assert.equal(selectProtocol(new Set()), false);
  });
});
