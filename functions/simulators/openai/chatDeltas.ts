import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { ChatReply, FunctionCall } from "./chatReply.js";
import { newId } from "./ids.js";
import { textTokens } from "./usage.js";

export type ChatDelta = ChatCompletionChunk.Choice.Delta;
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** How a reply ended, and what it cost. */
export interface ChatEnd {
  reason: FinishReason;
  tokens: number;
}

interface Step {
  delta: ChatDelta;
  tokens: number;
}

/** A word or a piece of one, with the blank before it; the pieces join to the whole text. */
const TOKEN = /\s?\S{1,8}|\s/gu;
const ARGUMENT_TOKEN = /.{1,4}/gsu;

/** A reply as the deltas it streams in, made one by one; stops where the next would exceed `maxTokens`. */
export function* playReply(reply: ChatReply, maxTokens: number): Generator<ChatDelta, ChatEnd> {
  let tokens = 0;
  for (const step of stepsOf(reply)) {
    if (tokens + step.tokens > maxTokens) return { reason: "length", tokens };
    tokens += step.tokens;
    yield step.delta;
  }
  return { reason: endOf(reply), tokens };
}

function endOf(reply: ChatReply): FinishReason {
  if (reply.kind === "calls") return "tool_calls";
  return reply.kind === "refusal" ? "stop" : reply.end;
}

function* stepsOf(reply: ChatReply): Generator<Step> {
  switch (reply.kind) {
    case "text":
      yield { delta: { role: "assistant", content: "", refusal: null }, tokens: 0 };
      for (const [content] of reply.text.matchAll(TOKEN)) yield { delta: { content }, tokens: 1 };
      return;
    case "load":
      yield { delta: { role: "assistant", content: "", refusal: null }, tokens: 0 };
      yield* loadSteps(reply.chunks, reply.bytesPerChunk);
      return;
    case "refusal":
      yield { delta: { role: "assistant", content: null, refusal: "" }, tokens: 0 };
      for (const [refusal] of reply.text.matchAll(TOKEN)) yield { delta: { refusal }, tokens: 1 };
      return;
    case "calls":
      yield* callSteps(reply.calls);
  }
}

/** Each chunk begins with its number, so that a reader can tell that none is missing; each counts as one token. */
function* loadSteps(chunks: number, bytes: number): Generator<Step> {
  const filler = "x".repeat(bytes);
  for (let i = 0; i < chunks; i += 1) {
    const number = `${i} `.slice(0, bytes);
    yield { delta: { content: number + filler.slice(number.length) }, tokens: 1 };
  }
}

/** A single call begins with the role; several come after it. */
function* callSteps(calls: FunctionCall[]): Generator<Step> {
  const role = { role: "assistant", content: null } as const;
  if (calls.length > 1) yield { delta: role, tokens: 0 };
  for (const [index, call] of calls.entries()) {
    const start = { index, id: newId("call"), type: "function" } as const;
    const head = { tool_calls: [{ ...start, function: { name: call.name, arguments: "" } }] };
    const delta = calls.length > 1 ? head : { ...role, ...head, refusal: null };
    yield { delta, tokens: textTokens(call.name) };
    for (const [piece] of call.arguments.matchAll(ARGUMENT_TOKEN)) {
      yield { delta: { tool_calls: [{ index, function: { arguments: piece } }] }, tokens: 1 };
    }
  }
}
