import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { APIUserAbortError } from "openai";
import type { RequestView } from "../../../simulators/openai/requestLog.js";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";

const ASK = { model: "gpt-5.4-mini", messages: [{ role: "user" as const, content: "Hello" }] };
const STREAM = { ...ASK, stream: true as const };

describe("The record of requests", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let openai: OpenAI;

  before(async () => {
    simulator = await startOpenAiSimulator({ pace: { firstAudioMs: 10, realTimeFactor: 5 } });
    openai = new OpenAI({ apiKey: "sk-very-secret-9876", baseURL: simulator.url, maxRetries: 0 });
  });
  after(() => simulator.stop());
  beforeEach(() => {
    simulator.setChatScript(undefined);
    simulator.clearRequests();
  });

  async function recorded(): Promise<RequestView[]> {
    const response = await fetch(`${simulator.controlUrl}/requests`);
    return (await response.json()) as RequestView[];
  }

  /** The only request, once it is over. */
  async function whenOver(): Promise<RequestView> {
    for (let tries = 0; tries < 200; tries += 1) {
      const [view] = await recorded();
      if (view?.finished || view?.aborted) return view;
      await sleep(10);
    }
    return assert.fail("the request is not over");
  }

  it("tells of a finished one what came and went, without its key", async () => {
    const startedAt = Date.now();
    const { data, request_id } = await openai.chat.completions.create(STREAM).withResponse();
    let chunks = 0;
    for await (const _ of data) chunks += 1;
    const view = await whenOver();
    assert.equal(view.id, request_id);
    assert.deepEqual([view.path, view.model, view.key], ["/chat/completions", ASK.model, "9876"]);
    assert.deepEqual(view.body, STREAM);
    assert.deepEqual([view.status, view.finished, view.aborted, view.abortedAt], [200, true, false, null]);
    assert.equal(view.chunksSent, chunks + 1, "[DONE] is a chunk too");
    assert.ok(view.startedAt >= startedAt && (view.firstChunkAt ?? 0) >= view.startedAt + 10);
    assert.ok(!JSON.stringify(view).includes("secret"));
    await fetch(`${simulator.controlUrl}/requests`, { method: "DELETE" });
    assert.deepEqual(await recorded(), []);
  });

  it("tells when a client left a chat, and that nothing was sent to it any more", async () => {
    simulator.setChatScript({ otherwise: { load: { chunks: 100_000 } }, pace: { chunkMs: 2 } });
    const stream = await openai.chat.completions.create(STREAM);
    let leftAt = 0;
    for await (const chunk of stream) {
      if (!chunk.choices[0]?.delta.content?.startsWith("20 ")) continue;
      leftAt = Date.now();
      break;
    }
    const view = await whenOver();
    assert.deepEqual([view.aborted, view.finished], [true, false]);
    assert.ok(Math.abs((view.abortedAt ?? 0) - leftAt) < 200, `${(view.abortedAt ?? 0) - leftAt} ms`);
    assert.ok(view.chunksSent >= 20 && view.chunksSent < 200, `${view.chunksSent} chunks`);
    await sleep(100);
    assert.equal((await recorded())[0]?.chunksSent, view.chunksSent);
  });

  it("tells when a client left before the first chunk, or in the midst of speech", async () => {
    simulator.setChatScript({ pace: { firstChunkMs: 10_000 } });
    for (const stream of [true, false]) {
      simulator.clearRequests();
      const asked = openai.chat.completions.create({ ...ASK, stream }, { signal: AbortSignal.timeout(100) });
      await assert.rejects(asked, APIUserAbortError);
      const view = await whenOver();
      assert.deepEqual([view.aborted, view.chunksSent, view.firstChunkAt], [true, 0, null]);
    }
    simulator.clearRequests();
    const signal = AbortSignal.timeout(300);
    const response = await openai.audio.speech.create(
      { model: "tts-1", voice: "nova", input: "again and ".repeat(100) },
      { signal },
    );
    await assert.rejects(response.arrayBuffer());
    const view = await whenOver();
    assert.ok(view.aborted && view.chunksSent > 0);
  });

  it("holds a long body's beginning, and the latest requests only", async () => {
    const messages = [{ role: "user" as const, content: "x".repeat(100_000) }];
    simulator.setChatScript({ pace: { firstChunkMs: 0, chunkMs: 0 } });
    await openai.chat.completions.create({ ...ASK, messages });
    const body = (await whenOver()).body;
    assert.ok(typeof body === "string" && body.length < 10_000 && body.includes('"content":"xxx'));
    const bad = { method: "POST", headers: { Authorization: "Bearer sk-test" }, body: '{"model":"none"}' };
    for (let i = 0; i < 1_010; i += 1) {
      await (await fetch(`${simulator.url}/audio/speech`, bad)).arrayBuffer();
    }
    const views = await recorded();
    assert.equal(views.length, 1_000);
    assert.equal(views.at(-1)?.status, 400);
  });

  it("counts every chunk of 10,000, none missing and each in its place", async () => {
    simulator.setChatScript({
      otherwise: { load: { chunks: 10_000, bytesPerChunk: 20 } },
      pace: { firstChunkMs: 0, chunkMs: 0 },
    });
    let next = 0;
    for await (const chunk of await openai.chat.completions.create(STREAM)) {
      const { content } = chunk.choices[0]?.delta ?? {};
      if (!content) continue;
      assert.equal(content.length, 20);
      assert.ok(content.startsWith(`${next} `));
      next += 1;
    }
    assert.equal(next, 10_000);
    assert.equal((await whenOver()).chunksSent, 10_003);
  });

  it("shows that 50 MB wait for their reader, and are not held meanwhile", async () => {
    simulator.setChatScript({
      otherwise: { load: { chunks: 5_000, bytesPerChunk: 10_000 } },
      pace: { firstChunkMs: 0, chunkMs: 0 },
    });
    const response = await openai.chat.completions.create(STREAM).asResponse();
    const reader = response.body?.getReader();
    await reader?.read();
    await sleep(300);
    const heldBack = (await recorded())[0]?.chunksSent ?? 0;
    assert.ok(heldBack < 2_500, `${heldBack} chunks sent to a client that does not read`);
    let bytes = 0;
    for (;;) {
      const piece = await reader?.read();
      if (!piece || piece.done) break;
      bytes += piece.value.length;
    }
    assert.ok(bytes > 50_000_000);
    assert.ok((await whenOver()).finished);
  });

  it("leaves no timer behind when the simulator stops in the midst of answers", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const own = await startOpenAiSimulator({ chatScript: { pace: { firstChunkMs: 60_000 } } });
    const asking = new OpenAI({ apiKey: "sk-test", baseURL: own.url, maxRetries: 0, timeout: 2 ** 31 - 1 });
    const asked = [true, false, true].map((stream) => asking.chat.completions.create({ ...ASK, stream }));
    const ended = Promise.allSettled(asked);
    while (own.requests().filter(({ body }) => body !== null).length < asked.length) await sleep(10);
    assert.ok(timers() >= before + asked.length);
    await own.stop();
    await ended;
    for (let tries = 0; tries < 50 && timers() > before + 1; tries += 1) await sleep(20);
    // The SDK's connection pool keeps one of its own.
    assert.ok(timers() <= before + 1, `${timers()} timers, ${before} before`);
  });
});
