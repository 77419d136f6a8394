import assert from "node:assert/strict";
import OpenAI from "openai";
import type { ChatCompletionChunk, ChatCompletionFunctionTool } from "openai/resources/chat/completions";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/server.js";

const QUESTION = { role: "user", content: "What time is it?" } as const;
const ASK = { model: "gpt-5.4-mini", messages: [QUESTION] };
const AT_ONCE = { firstChunkMs: 0, chunkMs: 0 };

describe("Chat completions", function () {
  this.timeout(60_000);
  let simulator: OpenAiSimulator;
  let openai: OpenAI;

  before(async () => {
    simulator = await startOpenAiSimulator();
    openai = new OpenAI({ apiKey: "sk-test-1234", baseURL: simulator.url, maxRetries: 0 });
  });
  after(() => simulator.stop());
  beforeEach(() => simulator.setChatScript({ turns: [{ reply: "It is noon, my friend." }], pace: AT_ONCE }));

  async function streamed(fields: object = {}): Promise<ChatCompletionChunk[]> {
    const chunks: ChatCompletionChunk[] = [];
    const stream = await openai.chat.completions.create({ ...ASK, stream: true, ...fields });
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  }

  function textOf(chunks: ChatCompletionChunk[]): string {
    return chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  }

  function finishOf(chunks: ChatCompletionChunk[]): string | null | undefined {
    return chunks.flatMap(({ choices }) => choices).at(-1)?.finish_reason;
  }

  it("answer in one piece, with usage that adds up", async () => {
    const completion = await openai.chat.completions.create(ASK);
    assert.match(completion.id, /^chatcmpl-\w{29}$/);
    assert.match(completion._request_id ?? "", /^req_/);
    assert.equal(completion.object, "chat.completion");
    assert.equal(completion.model, ASK.model);
    assert.ok(Math.abs(completion.created - Date.now() / 1000) < 5);
    const [choice] = completion.choices;
    assert.equal(choice?.message.content, "It is noon, my friend.");
    assert.equal(choice?.message.refusal, null);
    assert.equal(choice?.finish_reason, "stop");
    const { usage } = completion;
    assert.ok(usage && usage.prompt_tokens > 4 && usage.completion_tokens > 3);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.equal(usage.prompt_tokens_details?.cached_tokens, 0);
    assert.equal(usage.completion_tokens_details?.reasoning_tokens, 0);
  });

  it("stream a role, then token by token, then why it ended", async () => {
    const chunks = await streamed();
    assert.deepEqual(chunks[0]?.choices[0]?.delta, { role: "assistant", content: "", refusal: null });
    assert.equal(textOf(chunks), "It is noon, my friend.");
    assert.ok(chunks.length > 6, "in pieces");
    assert.deepEqual(chunks.at(-1)?.choices[0]?.delta, {});
    assert.equal(finishOf(chunks), "stop");
    assert.ok(chunks.slice(0, -1).every(({ choices }) => choices[0]?.finish_reason === null));
    assert.equal(new Set(chunks.map(({ id, created }) => id + created)).size, 1);
    assert.ok(chunks.every((chunk) => chunk.object === "chat.completion.chunk" && !("usage" in chunk)));
    assert.ok(chunks.every((chunk) => chunk.service_tier === "default"));
  });

  it("stream usage last, and null before it, when that is asked for", async () => {
    const chunks = await streamed({ stream_options: { include_usage: true } });
    const last = chunks.pop();
    assert.deepEqual(last?.choices, []);
    assert.ok(chunks.every(({ usage }) => usage === null));
    const whole = await openai.chat.completions.create(ASK);
    assert.deepEqual(last?.usage, whole.usage);
    // The role and the end are no tokens.
    assert.equal(last?.usage?.completion_tokens, chunks.length - 2);
  });

  it("hide the length of what is said unless told not to", async () => {
    const lengthOf = (chunk: ChatCompletionChunk) =>
      (chunk.choices[0]?.delta.content ?? "").length + (chunk.obfuscation ?? "").length;
    const hidden = await streamed();
    assert.ok(hidden.every((chunk) => chunk.obfuscation && lengthOf(chunk) % 16 === 0));
    const plain = await streamed({ stream_options: { include_obfuscation: false } });
    assert.ok(plain.every((chunk) => !("obfuscation" in chunk)));
  });

  it("end with [DONE], as server-sent events", async () => {
    const response = await openai.chat.completions.create({ ...ASK, stream: true }).asResponse();
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const events = (await response.text()).split("\n\n");
    assert.deepEqual(events.splice(-2), ["data: [DONE]", ""]);
    assert.ok(events.every((event) => event.startsWith('data: {"id":"chatcmpl-')));
  });

  it("keep every character of what the script says, and of every script", async () => {
    const reply = `  Zwei\n\n Zeilen\t„${"lang".repeat(20)}“ 👩‍👩‍👧 — 日本語日本語日本語日本語  `;
    simulator.setChatScript({ otherwise: { reply }, pace: AT_ONCE });
    assert.equal(textOf(await streamed()), reply);
    assert.equal((await openai.chat.completions.create(ASK)).choices[0]?.message.content, reply);
  });

  it("stop at max_completion_tokens, or at max_tokens of an older model", async () => {
    const chunks = await streamed({ max_completion_tokens: 2, stream_options: { include_usage: true } });
    assert.equal(textOf(chunks), "It is");
    assert.equal(finishOf(chunks), "length");
    assert.equal(chunks.at(-1)?.usage?.completion_tokens, 2);
    const whole = await openai.chat.completions.create({ ...ASK, model: "gpt-4o", max_tokens: 3 });
    assert.equal(whole.choices[0]?.message.content, "It is noon,");
    assert.equal(whole.choices[0]?.finish_reason, "length");
  });

  it("answer each user message with its turn, and say what came in when there is none", async () => {
    simulator.setChatScript({ turns: [{ reply: "One." }, { reply: "Two." }], pace: AT_ONCE });
    const said = { role: "assistant", content: "One." } as const;
    const messages = [QUESTION, said, QUESTION];
    assert.equal(textOf(await streamed({ messages })), "Two.");
    assert.equal(textOf(await streamed()), "One.");
    const text = textOf(await streamed({ messages: [...messages, said, QUESTION] }));
    assert.match(text, /^You wrote 56 characters in 5 messages\./);
    simulator.setChatScript(undefined);
    assert.match(textOf(await streamed()), /^You wrote 16 characters in 1 message\./);
  });

  it("refuse on demand", async () => {
    simulator.setChatScript({ turns: [{ refusal: "I will not." }], pace: AT_ONCE });
    const chunks = await streamed();
    const deltas = chunks.map(({ choices }) => choices[0]?.delta);
    assert.equal(deltas.map((delta) => delta?.refusal ?? "").join(""), "I will not.");
    assert.ok(deltas.every((delta) => !delta?.content));
    const { message } = (await openai.chat.completions.create(ASK)).choices[0] ?? {};
    assert.deepEqual([message?.content, message?.refusal], [null, "I will not."]);
  });

  it("end as the script says", async () => {
    simulator.setChatScript({ turns: [{ reply: "So", finishReason: "content_filter" }], pace: AT_ONCE });
    assert.equal(finishOf(await streamed()), "content_filter");
  });

  describe("with tools", () => {
    const tool = (name: string): ChatCompletionFunctionTool => ({
      type: "function",
      function: { name, parameters: { type: "object", properties: {} } },
    });
    const tools = [tool("get_time"), tool("get_place")];
    const time = { name: "get_time", arguments: { zone: "Europe/Oslo" } };

    it("call the one that the script names, and go on with its output", async () => {
      simulator.setChatScript({ turns: [{ calls: [time], reply: "It is {{output}}." }], pace: AT_ONCE });
      const stream = openai.chat.completions.stream({ ...ASK, tools });
      const { choices } = await stream.finalChatCompletion();
      assert.equal(choices[0]?.finish_reason, "tool_calls");
      const { message } = choices[0] ?? {};
      const call = message?.tool_calls?.[0];
      assert.ok(call?.type === "function" && /^call_\w+$/.test(call.id));
      assert.deepEqual(JSON.parse(call.function.arguments), { zone: "Europe/Oslo" });
      const output = { role: "tool", tool_call_id: call.id, content: "noon" } as const;
      assert.equal(textOf(await streamed({ tools, messages: [QUESTION, message, output] })), "It is noon.");
    });

    it("stream several calls by their index, and tell the same in one piece", async () => {
      simulator.setChatScript({ turns: [{ calls: [time, { name: "get_place" }] }], pace: AT_ONCE });
      const chunks = await streamed({ tools });
      const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
      assert.deepEqual(
        deltas.filter(({ id }) => id).map(({ index, function: start }) => [index, start?.name]),
        [
          [0, "get_time"],
          [1, "get_place"],
        ],
      );
      const { message } = (await openai.chat.completions.create({ ...ASK, tools })).choices[0] ?? {};
      assert.equal(message?.content, null);
      const texts = message?.tool_calls?.map((call) => call.type === "function" && call.function.arguments);
      assert.deepEqual(texts, ['{"zone":"Europe/Oslo"}', "{}"]);
    });

    it("call none that is not offered, or when told not to, and one when told to", async () => {
      simulator.setChatScript({ turns: [{ calls: [time], reply: "No idea." }], pace: AT_ONCE });
      assert.equal(textOf(await streamed()), "No idea.");
      assert.equal(textOf(await streamed({ tools, tool_choice: "none" })), "No idea.");
      simulator.setChatScript(undefined);
      assert.equal(finishOf(await streamed({ tools, tool_choice: "required" })), "tool_calls");
    });
  });

  it("keep the script's pace", async () => {
    simulator.setChatScript({ turns: [{ reply: "a b c d e" }], pace: { firstChunkMs: 100, chunkMs: 40 } });
    const startedAt = performance.now();
    const stream = await openai.chat.completions.create({ ...ASK, stream: true });
    const times: number[] = [];
    for await (const _ of stream) times.push(performance.now() - startedAt);
    assert.ok((times[0] ?? 0) >= 95, `first after ${times[0]} ms`);
    assert.ok((times[5] ?? 0) >= 290, `last after ${times[5]} ms`);
  });
});
