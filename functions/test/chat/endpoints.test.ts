import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, afterEach, before, describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { MAX_CHARACTERS, MAX_MESSAGES, MAX_TOKENS } from "../../src/chat/limits";
import type { ChatChunk, ChatOutput } from "../../src/chat/schemas";
import { readEvents, textOf, userMessage } from "../support/chat";
import { eventually } from "../support/eventually";
import { DOORS, functionUrl, send } from "../support/http";
import { addSimulatorFault, clearSimulatorFaults, setChatScript } from "../support/openAiControl";
import { type OwnServer, ownServer } from "../support/ownServer";
import { assertRefusal } from "../support/refusal";
import { type SignedInUser, signedInUser } from "../support/signedInUser";

const CHAT = "/api/chat";
const asking = { messages: [userMessage()] };

describe("POST /api/chat", () => {
  let user: SignedInUser;
  before(async () => {
    user = await signedInUser();
  });
  afterEach(async () => {
    await setChatScript();
    await clearSimulatorFaults();
  });
  const post = (body: unknown, more = {}) =>
    send(CHAT, { method: "POST", token: user.idToken, body, ...more });

  for (const door of DOORS) {
    it(`over ${door} answers with server-sent events, one a chunk, and [DONE]`, async () => {
      await setChatScript({ otherwise: { reply: "Hello!" } });
      const answer = await post(asking, { door });
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
      const events = answer.text.split("\n\n");
      assert.deepEqual(events.slice(-2), ["data: [DONE]", ""]);
      const chunks = events
        .slice(0, -2)
        .map((event) => JSON.parse(event.replace(/^data: /, "")) as ChatChunk);
      assert.equal(textOf(chunks), "Hello!");
    });
  }

  it("answers under /api/v1 as well", async () => {
    const answer = await send("/api/v1/chat", { method: "POST", token: user.idToken, body: asking });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /data: \[DONE\]\n\n$/);
  });

  it("is what an EventSource reads, to the last chunk", async () => {
    await setChatScript({ otherwise: { reply: "One two three." } });
    const { chunks, done, errors } = await readEvents(`${functionUrl(CHAT)}${CHAT}`, user.idToken, asking);
    assert.deepEqual([textOf(chunks), done, errors], ["One two three.", true, []]);
  });

  it("tells of a failure in mid-stream with `event: error`", async () => {
    await addSimulatorFault({ kind: "stream_error", endpoint: "chat", afterChunks: 3 });
    const seen = await readEvents(`${functionUrl(CHAT)}${CHAT}`, user.idToken, asking);
    assert.equal(seen.chunks.length, 3);
    assert.equal(seen.done, false);
    assert.deepEqual(seen.errors, [{ error: "The model's provider failed: try again in a moment." }]);
  });

  it("tells of a failure before the first chunk with a status, in JSON", async () => {
    await addSimulatorFault({ kind: "http_429", endpoint: "chat", retryAfterSeconds: 9 });
    const answer = await post(asking, { door: "function" });
    assertRefusal(answer, 503);
    assert.equal(answer.headers.get("retry-after"), "9");
    await addSimulatorFault({ kind: "stream_garbage", endpoint: "chat", afterChunks: 0 });
    assertRefusal(await post(asking, { door: "function" }), 502);
  });

  it("refuses bad input by the name of the field", async () => {
    const of = (content: unknown, role: unknown = "user") => ({ messages: [{ role, content }] });
    const many = (count: number) => ({ messages: Array.from({ length: count }, () => userMessage()) });
    const cases: [unknown, string][] = [
      ["{", "body"],
      ["[]", "body"],
      [{}, "messages"],
      [{ messages: "Hello" }, "messages"],
      [{ messages: [] }, "messages"],
      [many(MAX_MESSAGES + 1), "messages"],
      [of("x".repeat(MAX_CHARACTERS + 1)), "messages"],
      [{ messages: [userMessage("😀".repeat(MAX_CHARACTERS)), userMessage("x")] }, "messages"],
      [of(""), "messages[0].content"],
      [of(5), "messages[0].content"],
      [of(["x"]), "messages[0].content"],
      [of("x", "tool"), "messages[0].role"],
      [of("x", "USER"), "messages[0].role"],
      [{ messages: [{ role: "user", content: "x", name: "ann" }] }, "messages[0].name"],
      [{ ...asking, model: "" }, "model"],
      [{ ...asking, model: "gpt-99" }, "model"],
      [{ ...asking, model: 4 }, "model"],
      [{ ...asking, max_tokens: 0 }, "max_tokens"],
      [{ ...asking, max_tokens: 1.5 }, "max_tokens"],
      [{ ...asking, max_tokens: "100" }, "max_tokens"],
      [{ ...asking, max_tokens: MAX_TOKENS + 1 }, "max_tokens"],
      [{ ...asking, stream: true }, "stream"],
    ];
    for (const [body, field] of cases) assertRefusal(await post(body), 400, field);
  });

  it("takes as much as it says", async () => {
    const other = await signedInUser();
    const most = { messages: [userMessage("😀".repeat(MAX_CHARACTERS))], max_tokens: MAX_TOKENS };
    const full = { messages: Array.from({ length: MAX_MESSAGES }, () => userMessage()) };
    for (const body of [most, full]) {
      const answer = await send(CHAT, { method: "POST", token: other.idToken, body, door: "function" });
      assert.equal(answer.status, 200, answer.text);
    }
  });

  it("wants POST, a token, and a body of at most 1 MiB", async () => {
    const get = await send(CHAT, { token: user.idToken });
    assertRefusal(get, 405);
    assert.equal(get.headers.get("allow"), "POST");
    for (const token of [undefined, "no-token"]) {
      const answer = await send(CHAT, { method: "POST", token, body: asking });
      assertRefusal(answer, 401);
      assert.equal(answer.headers.get("www-authenticate"), "Bearer");
    }
    assertRefusal(await post({ messages: [userMessage("x".repeat(1_048_576))] }, { door: "function" }), 413);
  });

  it("20 a minute: the next is told when to come again", async function () {
    this.timeout(60_000);
    await setChatScript({ otherwise: { reply: "." }, pace: { firstChunkMs: 0, chunkMs: 0 } });
    const eager = await signedInUser();
    const as = () => send(CHAT, { method: "POST", token: eager.idToken, body: asking, door: "function" });
    for (let n = 0; n < 20; n += 1) assert.equal((await as()).status, 200);
    const refused = await as();
    assertRefusal(refused, 429);
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  });
});

describe("the callable chat", () => {
  afterEach(() => setChatScript());

  it("streams the chunks to a client that streams, and returns the whole", async () => {
    await setChatScript({ otherwise: { reply: "A streamed answer." } });
    const user = await signedInUser();
    const { stream, data } = await user.stream<ChatOutput, ChatChunk>("chat", asking);
    const chunks: ChatChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.ok(chunks.length > 2);
    assert.equal(textOf(chunks), "A streamed answer.");
    assert.deepEqual(await data, { text: "A streamed answer.", finishReason: "stop" });
  });

  it("returns the whole to one that does not", async () => {
    await setChatScript({ otherwise: { reply: "All at once." } });
    const user = await signedInUser();
    assert.deepEqual(await user.call("chat", asking), { text: "All at once.", finishReason: "stop" });
  });

  it("fails with the code and the field", async () => {
    const user = await signedInUser();
    await assert.rejects(user.call("chat", { messages: [] }), (error) => {
      const { code, details } = error as { code: string; details: { field: string; requestId: string } };
      assert.deepEqual([code, details.field], ["functions/invalid-argument", "messages"]);
      assert.match(details.requestId, /^[0-9a-f-]{36}$/);
      return true;
    });
  });
});

describe("a chat as the deployed function serves it", () => {
  let user: SignedInUser;
  let model: OpenAiSimulator;
  let server: OwnServer;
  before(async () => {
    user = await signedInUser();
    model = await startOpenAiSimulator();
    server = await ownServer("chatHttp", { OPENAI_BASE_URL: model.url });
  });
  after(async () => {
    server.stop();
    await model.stop();
  });

  const curl = () =>
    spawn("curl", [
      "-sN",
      server.url + CHAT,
      "-H",
      `Authorization: Bearer ${user.idToken}`,
      "-d",
      JSON.stringify(asking),
    ]);

  it("reaches curl -N chunk by chunk: the first long before the last", async function () {
    this.timeout(30_000);
    model.clearRequests();
    model.setChatScript({ otherwise: { load: { chunks: 20 } }, pace: { chunkMs: 100 } });
    const client = curl();
    const [first] = await once(client.stdout, "data");
    assert.match(String(first), /^data: \{/);
    assert.equal(model.requests()[0]?.finished, false);
    let rest = String(first);
    for await (const piece of client.stdout) rest += piece;
    assert.match(rest, /data: \[DONE\]\n\n$/);
    assert.equal(rest.split("\n\n").length, model.requests()[0]?.chunksSent as number);
  });

  it("is aborted at the provider when the client leaves", async () => {
    model.clearRequests();
    model.setChatScript({ otherwise: { load: { chunks: 10_000 } }, pace: { chunkMs: 50 } });
    const client = curl();
    await once(client.stdout, "data");
    client.kill();
    await eventually(async () => assert.equal(model.requests()[0]?.aborted, true));
  });

  it("that is cut off at the provider ends with an error, not as if it were whole", async () => {
    model.setChatScript(undefined);
    model.addFault({ kind: "stream_cut", afterChunks: 2 });
    const seen = await readEvents(server.url + CHAT, user.idToken, asking);
    assert.deepEqual([seen.chunks.length, seen.done, seen.errors.length], [2, false, 1]);
  });

  it("logs nothing of what was said or of a key", async () => {
    model.setChatScript({ otherwise: { reply: "canary-answer" } });
    model.addFault({ kind: "stream_error", afterChunks: 2 });
    const body = { messages: [userMessage("canary-question")] };
    await readEvents(server.url + CHAT, user.idToken, body);
    await readEvents(server.url + CHAT, user.idToken, body);
    await eventually(async () => assert.match(server.printed(), /"severity":"WARNING"/));
    assert.doesNotMatch(server.printed(), /canary|sk-simulated/);
  });
});
