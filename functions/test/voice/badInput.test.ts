import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { describe, it } from "mocha";
import { newId } from "../../src/core/ids";
import { MAX_INSTRUCTIONS_CHARACTERS, MAX_MESSAGE_CHARACTERS } from "../../src/voice/limits";
import { DOORS, functionUrl, send } from "../support/http";
import { assertRefusal } from "../support/refusal";
import { type SignedInUser, signedInUser } from "../support/signedInUser";
import { refusal, VOICE_APIS } from "../support/voiceApi";

const CONNECT = "/api/voice/connect";
const MIB = 1_048_576;

const message = { role: "user", content: "x", timestamp: "2026-01-01T12:00:00Z" };

describe("bad input", () => {
  let user: SignedInUser;
  before(async () => {
    user = await signedInUser();
  });
  const valid = () => ({ sessionId: newId(), userId: user.uid });
  const post = (path: string, body: unknown, more = {}) =>
    send(path, { method: "POST", token: user.idToken, body, ...more });

  for (const door of DOORS) {
    it(`over ${door}: what is no JSON object is a 400 in our own JSON`, async () => {
      for (const body of [
        "{",
        "{'a':1}",
        "[]",
        "null",
        "1",
        '"x"',
        "\u0000",
        new Uint8Array([0xff, 0xfe]),
        "NaN",
      ]) {
        assertRefusal(await post(CONNECT, body, { door }), 400, "body");
      }
    });

    it(`over ${door}: a body is JSON whatever its Content-Type says`, async () => {
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "",
      ]) {
        const headers = { "Content-Type": type };
        assertRefusal(await post(CONNECT, "{", { door, headers }), 400, "body");
        assertRefusal(await post(CONNECT, { ...valid(), sessionId: 1 }, { door, headers }), 400, "sessionId");
      }
    });

    it(`over ${door}: a body may have 1 MiB and not a byte more`, async () => {
      const padded = (bytes: number) => {
        const json = JSON.stringify({ ...valid(), padding: "" });
        return json.replace('"padding":""', `"padding":"${"x".repeat(bytes - json.length)}"`);
      };
      assertRefusal(await post(CONNECT, padded(MIB), { door }), 400, "padding");
      assertRefusal(await post(CONNECT, padded(MIB + 1), { door }), 413);
      assertRefusal(await post(CONNECT, padded(8 * MIB), { door }), 413);
    });

    it(`over ${door}: a wrong method is a 405 that names the right ones`, async () => {
      const session = `/api/voice/sessions/${newId()}`;
      for (const [path, allow, methods] of [
        [CONNECT, "POST", ["GET", "PUT", "DELETE", "PATCH"]],
        ["/api/voice/sessions", "GET", ["POST", "PUT", "DELETE"]],
        [session, "GET, DELETE", ["POST", "PUT", "PATCH"]],
        [`${session}/end`, "POST", ["GET", "DELETE"]],
        [`${session}/transcript`, "GET, POST", ["PUT", "DELETE"]],
      ] as const) {
        for (const method of methods) {
          const answer = await send(path, { method, door, token: user.idToken });
          assertRefusal(answer, 405);
          assert.equal(answer.headers.get("allow"), allow);
          assert.match(answer.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
        }
      }
    });
  }

  it("a compressed body is refused, not unpacked", async () => {
    const headers = { "Content-Encoding": "gzip" };
    const bomb = gzipSync(Buffer.alloc(32 * MIB, 0x20));
    for (const door of DOORS) assertRefusal(await post(CONNECT, bomb, { door, headers }), 400, "body");
  });

  it("of connect names the field at fault", async () => {
    for (const [field, wrong] of [
      ["sessionId", { sessionId: undefined }],
      ["sessionId", { sessionId: 7 }],
      ["sessionId", { sessionId: null }],
      ["sessionId", { sessionId: ["x"] }],
      ["userId", { userId: undefined }],
      ["userId", { userId: {} }],
      ["userId", { userId: "" }],
      ["userId", { userId: "x".repeat(129) }],
      ["instructions", { instructions: "" }],
      ["instructions", { instructions: "x".repeat(MAX_INSTRUCTIONS_CHARACTERS + 1) }],
      ["voice", { voice: "darth" }],
      ["language", { language: "English, please" }],
      ["transport", { transport: "pigeon" }],
      ["model", { model: "gpt-5" }],
      ["__proto__", JSON.parse('{"__proto__": {"admin": true}}')],
      ["constructor", { constructor: 1 }],
    ] as const) {
      const body =
        field === "__proto__" ? `{"sessionId":"a","userId":"b","__proto__":{}}` : { ...valid(), ...wrong };
      assertRefusal(await post(CONNECT, body), 400, field);
    }
  });

  const HOSTILE_IDS = [
    "",
    "a".repeat(129),
    "__reserved__",
    "__x",
    "a/b",
    "../voiceTickets/x",
    "a.b",
    "a b",
    "a\u0000b",
    "é",
    "a\n",
    "*",
    "{}",
    "a`b",
    "%2e%2e",
  ];

  it("of connect refuses every sessionId that is not plain", async () => {
    for (const sessionId of HOSTILE_IDS) {
      assertRefusal(await post(CONNECT, { ...valid(), sessionId }), 400, "sessionId");
    }
  });

  it("of paths refuses every sessionId that is not plain", async () => {
    for (const door of DOORS) {
      for (const id of ["__reserved__", "a%2Fb", "a.b", "%00", "a%20b", "*", "é", "%25", "a".repeat(129)]) {
        for (const [method, rest] of [
          ["GET", ""],
          ["DELETE", ""],
          ["POST", "/end"],
          ["GET", "/transcript"],
        ]) {
          const path = `/api/voice/sessions/${id}${rest}`;
          const answer = await send(path, { method: method ?? "", door, token: user.idToken });
          assertRefusal(answer, 400, "sessionId");
        }
      }
    }
  });

  it("of paths: a function serves its own path alone", async () => {
    const url = functionUrl("/api/voice/connect");
    for (const path of ["/api/voice/sessions", "/x", "/api/voice/connect/x"]) {
      const response = await fetch(`${url}${path}`, { method: "POST" });
      assert.equal(response.status, 404);
      assert.deepEqual(Object.keys((await response.json()) as object), ["error"]);
    }
  });

  it("of the session id twice, in path and body or query, is refused", async () => {
    const id = newId();
    const path = `/api/voice/sessions/${id}`;
    assertRefusal(await post(`${path}/end`, { sessionId: id }), 400, "sessionId");
    assertRefusal(await send(`${path}?sessionId=${id}`, { token: user.idToken }), 400, "sessionId");
  });

  it("of the list names the field at fault", async () => {
    for (const [field, query] of [
      ["userId", "limit=1"],
      ["userId", "userId[a]=1"],
      ["limit", "limit=0"],
      ["limit", "limit=101"],
      ["limit", "limit=-1"],
      ["limit", "limit=1.5"],
      ["limit", "limit=ten"],
      ["limit", "limit="],
      ["limit", "limit=1e1"],
      ["limit", "limit=0x10"],
      ["limit", "limit=1&limit=2"],
      ["cursor", "cursor="],
      ["cursor", `cursor=${"x".repeat(513)}`],
      ["offset", "offset=1"],
    ] as const) {
      const mine = query.startsWith("userId") || field === "userId" ? "" : `userId=${user.uid}&`;
      assertRefusal(await send(`/api/voice/sessions?${mine}${query}`, { token: user.idToken }), 400, field);
    }
  });

  it("of the transcript names the field at fault, down to the message", async () => {
    const path = `/api/voice/sessions/${newId()}/transcript`;
    const many = Array(1_001).fill(message);
    const heavy = Array(25).fill({ ...message, content: "x".repeat(MAX_MESSAGE_CHARACTERS) });
    for (const [field, body] of [
      ["messages", {}],
      ["messages", { messages: {} }],
      ["messages", { messages: many }],
      ["messages", { messages: heavy }],
      ["messages[0]", { messages: ["hi"] }],
      ["messages[1].role", { messages: [message, { ...message, role: "system" }] }],
      ["messages[0].content", { messages: [{ ...message, content: 1 }] }],
      [
        "messages[0].content",
        { messages: [{ ...message, content: "x".repeat(MAX_MESSAGE_CHARACTERS + 1) }] },
      ],
      ["messages[0].timestamp", { messages: [{ ...message, timestamp: "yesterday" }] }],
      ["messages[0].itemId", { messages: [{ ...message, itemId: "item-1" }] }],
      ["extra", { messages: [], extra: 1 }],
    ] as const) {
      assertRefusal(await post(path, body), 400, field);
    }
  });

  it("to a callable is invalid-argument with the field in its details", async () => {
    for (const [name, data, field] of [
      ["connectVoice", undefined, "sessionId"],
      ["connectVoice", null, "sessionId"],
      ["connectVoice", { ...valid(), extra: 1 }, "extra"],
      ["connectVoice", { ...valid(), sessionId: "a/b" }, "sessionId"],
      ["connectVoice", "text", "body"],
      ["connectVoice", [], "body"],
      ["listVoiceSessions", { userId: user.uid, limit: true }, "limit"],
      ["listVoiceSessions", { userId: user.uid, limit: [5] }, "limit"],
      ["getVoiceSession", {}, "sessionId"],
      ["saveVoiceTranscript", { sessionId: newId(), messages: "none" }, "messages"],
    ] as const) {
      await assert.rejects(user.call(name, data), (error) => {
        const { code, details } = error as { code: string; details: { field: string; requestId: string } };
        assert.equal(code, "functions/invalid-argument", `${name} ${field}`);
        assert.equal(details.field, field);
        assert.match(details.requestId, /^[0-9a-f-]{36}$/);
        return true;
      });
    }
  });

  it("over 1 MiB to a callable is refused", async () => {
    const callables = VOICE_APIS.at(-1);
    assert.ok(callables);
    const refused = await refusal(callables.connect(user, { ...valid(), padding: "x".repeat(MIB) }));
    assert.equal(refused.code, "invalid-argument");
    assert.match(refused.message, /1 MiB/);
  });
});
