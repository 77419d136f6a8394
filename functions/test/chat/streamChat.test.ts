import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../simulators/openai/server";
import { CHAT_WINDOW } from "../../src/chat/limits";
import type { ChatChunk, ChatInput } from "../../src/chat/schemas";
import { streamChat } from "../../src/chat/streamChat";
import { gatherAnswer } from "../../src/chat/wholeAnswer";
import type { Ctx } from "../../src/core/ctx";
import { AppError, type ErrorCode } from "../../src/core/errors";
import type { JsonText } from "../../src/core/jsonText";
import { rejectsWith } from "../support/appError";
import { textOf, userMessage } from "../support/chat";
import { costOf } from "../support/countedFirestore";
import { eventually } from "../support/eventually";
import { testWorld } from "../support/testCtx";

const STALL_MS = 700;
const input = (more: Partial<ChatInput> = {}): ChatInput => ({ messages: [userMessage()], ...more });
const never = () => new AbortController().signal;

describe("chat", () => {
  let model: OpenAiSimulator;
  before(async () => {
    model = await startOpenAiSimulator();
  });
  after(() => model.stop());
  afterEach(() => {
    model.clearFaults();
    model.clearRequests();
    model.setChatScript(undefined);
  });

  const world = testWorld();
  let requests = 0;
  /** Each with a request id of its own, as deployed. */
  const as = (uid: string, settings: Record<string, string> = {}): Ctx => ({
    ...world.configured({ OPENAI_API_KEY: "sk-simulated-key", OPENAI_BASE_URL: model.url, ...settings }, uid),
    requestId: `request-${requests++}`,
  });

  async function read(ctx: Ctx, sent = input(), signal = never(), stallMs = STALL_MS) {
    const chunks: JsonText<ChatChunk>[] = [];
    for await (const some of streamChat(ctx, sent, signal, stallMs)) chunks.push(...some);
    return { chunks: chunks.map(({ value }) => value), output: gatherAnswer(undefined, chunks) };
  }

  const usageOf = async (uid: string) =>
    (await world.db.doc(`usageDays/${uid}_2026-11-20`).get()).get("chat");

  it("streams the provider's chunks and returns the whole", async () => {
    model.setChatScript({ turns: [{ reply: "Good morning to you." }] });
    const { chunks, output } = await read(as("ann"));
    assert.deepEqual(output, { text: "Good morning to you.", finishReason: "stop" });
    assert.equal(textOf(chunks), output.text);
    assert.ok(chunks.length > 3);
    for (const chunk of chunks) {
      assert.equal(chunk.object, "chat.completion.chunk");
      assert.ok(chunk.choices.length > 0, "the chunk that only tells the usage is not for clients");
    }
  });

  it("asks as today's API wants it: max_completion_tokens, usage, no thoughts where someone waits", async () => {
    await read(as("ann"), input({ max_tokens: 7 }));
    const { output } = await read(as("ann"), input({ max_tokens: 2 }));
    assert.equal(output.finishReason, "length");
    const [body] = model.requests().map((request) => request.body as Record<string, unknown>);
    assert.equal(body?.max_completion_tokens, 7);
    assert.ok(!("max_tokens" in (body ?? {})));
    assert.equal(body?.reasoning_effort, "none");
    assert.deepEqual(body?.stream_options, { include_usage: true });
  });

  it("takes the server's model, one that it allows, its own for old names, and no other", async () => {
    const settings = { OPENAI_CHAT_MODEL: "gpt-6-luna", OPENAI_CHAT_MODELS: "gpt-6-sol, gpt-5.4-mini" };
    for (const [named, asked] of [
      [undefined, "gpt-6-luna"],
      ["gpt-6-luna", "gpt-6-luna"],
      ["gpt-6-sol", "gpt-6-sol"],
      ["gpt-4o", "gpt-6-luna"],
      ["gpt-4.1-mini", "gpt-6-luna"],
      ["gpt-3.5-turbo", "gpt-6-luna"],
    ]) {
      model.clearRequests();
      await read(as(`user of ${named}`, settings), input({ model: named }));
      assert.equal(model.requests()[0]?.model, asked);
    }
    const refused = await rejectsWith("invalid_argument", read(as("ann", settings), input({ model: "o9" })));
    assert.equal(refused.details.field, "model");
    assert.match(refused.safeMessage, /gpt-6-luna, gpt-6-sol, gpt-5\.4-mini/);
  });

  it("counts what was used, by user and day", async () => {
    model.setChatScript({ otherwise: { reply: "Well." } });
    const cost = await costOf(world.db, () => read(as("counted")));
    assert.deepEqual([cost.reads, cost.writes], [1, 3]);
    await read(as("counted"));
    const used = await usageOf("counted");
    assert.equal(used.requests, 2);
    assert.ok(used.promptTokens > 0 && used.completionTokens > 0);
    assert.equal(used.estimatedRequests, undefined);
  });

  it("of a client that leaves is aborted at the provider, and its tokens are estimated", async () => {
    model.setChatScript({
      otherwise: { load: { chunks: 10_000 } },
      pace: { firstChunkMs: 0, chunkMs: 20 },
    });
    const leaving = new AbortController();
    const answer = streamChat(as("leaver"), input(), leaving.signal, STALL_MS);
    for (let n = 0; n < 5; n += 1) await answer.next();
    leaving.abort();
    await assert.rejects(answer.next());
    await eventually(async () => assert.equal(model.requests()[0]?.aborted, true));
    const used = await usageOf("leaver");
    assert.equal(used.estimatedRequests, 1);
    assert.ok(used.completionTokens >= 5);
  });

  it("that nobody reads to the end is aborted too", async () => {
    model.setChatScript({ otherwise: { load: { chunks: 10_000 } }, pace: { chunkMs: 20 } });
    const answer = streamChat(as("breaker"), input(), never(), STALL_MS);
    await answer.next();
    await answer.return();
    await eventually(async () => assert.equal(model.requests()[0]?.aborted, true));
  });

  it("asks the provider for no more than it lets through, however many come at once", async function () {
    this.timeout(30_000);
    model.setChatScript({ otherwise: { reply: "." }, pace: { firstChunkMs: 0, chunkMs: 0 } });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => read(as("burst"))));
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, CHAT_WINDOW.limit);
    assert.equal(model.requests().length, CHAT_WINDOW.limit);
  });

  it("20 a minute and user", async function () {
    this.timeout(20_000);
    model.setChatScript({ otherwise: { reply: "." }, pace: { firstChunkMs: 0, chunkMs: 0 } });
    for (let n = 0; n < CHAT_WINDOW.limit; n += 1) await read(as("eager"));
    const refused = await rejectsWith("rate_limited", read(as("eager")));
    assert.equal(refused.details.retryAfterSeconds, 60);
    await read(as("other"));
  });

  describe("that fails before the first chunk", () => {
    const failures: [Parameters<OpenAiSimulator["addFault"]>[0], ErrorCode][] = [
      [{ kind: "http_401" }, "provider_unavailable"],
      [{ kind: "http_429", retryAfterSeconds: 17 }, "provider_unavailable"],
      [{ kind: "http_500", times: 2 }, "provider_unavailable"],
      [{ kind: "http_hang" }, "provider_unavailable"],
      [{ kind: "stream_stall", afterChunks: 0 }, "provider_unavailable"],
      [{ kind: "stream_garbage", afterChunks: 0 }, "provider_failed"],
      [{ kind: "stream_cut", afterChunks: 0 }, "provider_failed"],
      [{ kind: "stream_error", afterChunks: 0 }, "provider_failed"],
    ];
    for (const [fault, code] of failures) {
      it(`by ${fault.kind} is ${code}, in our own words`, async () => {
        model.addFault(fault);
        const error = await rejectsWith(code, read(as(`user of ${fault.kind}`)));
        assert.match(error.safeMessage, /try again in a moment\.$/);
        if (fault.kind === "http_429") assert.equal(error.details.retryAfterSeconds, 17);
      });
    }

    it("is not configured without a key", async () => {
      await rejectsWith("not_configured", read(as("ann", { OPENAI_API_KEY: "" })));
    });

    it("because the provider is not there is provider_unavailable", async () => {
      await rejectsWith(
        "provider_unavailable",
        read(as("ann", { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" })),
      );
    });

    it("with one key goes on with the next at once", async () => {
      model.addFault({ kind: "http_401", key: "sk-simulated-1" });
      const { output } = await read(
        as("ann", { OPENAI_API_KEY: "", OPENAI_API_KEYS: "sk-simulated-1,sk-simulated-2" }),
      );
      assert.equal(output.finishReason, "stop");
      assert.equal(model.requests().length, 2);
    });
  });

  describe("that fails after the first chunk", () => {
    for (const [kind, code] of [
      ["stream_stall", "provider_unavailable"],
      ["stream_garbage", "provider_failed"],
      ["stream_cut", "provider_failed"],
      ["stream_error", "provider_failed"],
    ] as const) {
      it(`by ${kind} throws ${code} after the chunks that came, and asks no second time`, async () => {
        model.addFault({ kind, afterChunks: 3 });
        const answer = streamChat(as(`user of ${kind}`), input(), never(), STALL_MS);
        let chunks = 0;
        await assert.rejects(
          async () => {
            for await (const some of answer) chunks += some.length;
          },
          (error) => error instanceof AppError && error.code === code,
        );
        assert.equal(chunks, 3);
        assert.equal(model.requests().length, 1);
      });
    }
  });
});
