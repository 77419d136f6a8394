import assert from "node:assert/strict";
import OpenAI, { APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";

const ASK = { model: "gpt-5.4-mini", messages: [{ role: "user" as const, content: "Hello" }] };
const SPEAK = {
  model: "tts-1",
  voice: "nova",
  input: "Once upon a time there was a lighthouse that nobody had lit.",
};
const WAIT_MS = 300;

describe("HTTP faults on demand", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;

  before(async () => {
    simulator = await startOpenAiSimulator({
      pace: { firstAudioMs: 0, realTimeFactor: 1_000 },
      chatScript: { otherwise: { reply: "a b c d e f" }, pace: { firstChunkMs: 0, chunkMs: 1 } },
    });
  });
  after(() => simulator.stop());
  afterEach(() => simulator.clearFaults());

  function client(apiKey = "sk-test-1234", options: { maxRetries?: number; timeout?: number } = {}): OpenAI {
    return new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0, logLevel: "off", ...options });
  }

  /** Chunks until the stream ended, and what it ended with. */
  async function streamed(signal?: AbortSignal): Promise<{ chunks: number; error: unknown }> {
    let chunks = 0;
    try {
      const stream = await client().chat.completions.create({ ...ASK, stream: true }, signal && { signal });
      for await (const _ of stream) chunks += 1;
      return { chunks, error: undefined };
    } catch (error) {
      return { chunks, error };
    }
  }

  async function spoken(signal?: AbortSignal): Promise<{ bytes: Buffer; error: unknown }> {
    const pieces: Uint8Array[] = [];
    try {
      const response = await client().audio.speech.create(SPEAK, signal && { signal });
      for await (const piece of response.body ?? []) pieces.push(piece);
      return { bytes: Buffer.concat(pieces), error: undefined };
    } catch (error) {
      return { bytes: Buffer.concat(pieces), error };
    }
  }

  const calls: Record<"chat" | "speech", (openai: OpenAI) => Promise<unknown>> = {
    chat: (openai) => openai.chat.completions.create(ASK),
    speech: (openai) => openai.audio.speech.create(SPEAK),
  };
  for (const [endpoint, call] of Object.entries(calls) as [keyof typeof calls, (typeof calls)["chat"]][]) {
    for (const [kind, status, code] of [
      ["http_401", 401, "invalid_api_key"],
      ["http_429", 429, "rate_limit_exceeded"],
      ["http_500", 500, null],
    ] as const) {
      it(`${kind} strikes ${endpoint} as often as asked, then no more`, async () => {
        simulator.addFault({ kind, times: 2, endpoint });
        for (let i = 0; i < 2; i += 1) {
          const error = await call(client()).catch((caught: unknown) => caught);
          assert.ok(error instanceof APIError);
          assert.deepEqual([error.status, error.code], [status, code]);
        }
        await call(client());
      });
    }

    it(`http_hang never answers ${endpoint}`, async () => {
      simulator.addFault({ kind: "http_hang", endpoint });
      await assert.rejects(call(client("sk-test", { timeout: WAIT_MS })), APIConnectionTimeoutError);
    });
  }

  it("http_429 says when to come back, and whether it is worth it", async () => {
    simulator.addFault({ kind: "http_429", retryAfterSeconds: 7, code: "insufficient_quota" });
    const error = await calls.chat(client()).catch((caught: unknown) => caught);
    assert.ok(error instanceof APIError);
    assert.deepEqual([error.code, error.headers?.get("retry-after")], ["insufficient_quota", "7"]);
  });

  it("strike only the key and the endpoint they are for", async () => {
    simulator.addFault({ kind: "http_500", key: "sk-unlucky", endpoint: "chat" });
    await calls.chat(client("sk-lucky"));
    await calls.speech(client("sk-unlucky"));
    await assert.rejects(calls.chat(client("sk-unlucky")), { status: 500 });
  });

  it("a client that tries again gets through", async () => {
    simulator.addFault({ kind: "http_500" });
    await calls.chat(client("sk-test", { maxRetries: 1 }));
  });

  it("stream_stall goes silent after so many chunks, and keeps the connection", async () => {
    simulator.addFault({ kind: "stream_stall", afterChunks: 3 });
    const { chunks, error } = await streamed(AbortSignal.timeout(WAIT_MS));
    assert.equal(chunks, 3);
    // The SDK takes its caller's leaving as the end of the stream.
    assert.ok(error === undefined || error instanceof APIUserAbortError);
    simulator.addFault({ kind: "stream_stall", afterChunks: 1 });
    const speech = await spoken(AbortSignal.timeout(WAIT_MS));
    assert.ok(speech.error && speech.bytes.length > 0);
  });

  it("stream_cut ends the connection after so many chunks", async () => {
    simulator.addFault({ kind: "stream_cut", afterChunks: 3 });
    const { chunks, error } = await streamed();
    assert.equal(chunks, 3);
    assert.ok(error instanceof Error && !(error instanceof APIError), String(error));
    simulator.addFault({ kind: "stream_cut", afterChunks: 2 });
    const speech = await spoken();
    assert.ok(speech.error && speech.bytes.length > 0);
    assert.ok(
      simulator
        .requests()
        .slice(-2)
        .every(({ aborted, finished }) => !aborted && !finished),
    );
  });

  it("stream_garbage sends what is no JSON, or no sound", async () => {
    simulator.addFault({ kind: "stream_garbage", afterChunks: 3 });
    const { chunks, error } = await streamed();
    assert.equal(chunks, 3);
    assert.ok(error instanceof SyntaxError, String(error));
    const { bytes: sound } = await spoken();
    simulator.addFault({ kind: "stream_garbage", afterChunks: 1 });
    const { bytes: spoilt, error: none } = await spoken();
    assert.equal(none, undefined);
    assert.equal(spoilt.length, sound.length + 64);
  });

  it("stream_error tells of an error in the midst of a chat, and leaves speech alone", async () => {
    simulator.addFault({ kind: "stream_error", afterChunks: 3 });
    assert.equal((await spoken()).error, undefined);
    const { chunks, error } = await streamed();
    assert.equal(chunks, 3);
    assert.ok(error instanceof APIError);
    assert.deepEqual([error.status, error.type], [undefined, "server_error"]);
  });

  it("faults of streams leave an answer in one piece alone", async () => {
    simulator.addFault({ kind: "stream_cut" });
    await calls.chat(client());
    assert.equal((await streamed()).chunks, 2);
  });
});
