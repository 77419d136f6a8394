import type { JsonText } from "../core/jsonText";
import { type ChatChunk, type ChatUsage, ChunkReader } from "./chunkReader";
import { eventData } from "./eventData";
import {
  type OpenAiAccess,
  providerFailed,
  providerStalled,
  type RequestOptions,
  requestOpenAi,
} from "./openAi";
import { withStallLimit } from "./stallLimit";

export interface ChatRequest {
  model: string;
  messages: { role: "system" | "developer" | "user" | "assistant"; content: string }[];
  maxCompletionTokens: number;
}

/**
 * Streams an answer in the provider's chunks, those that came together, together; but for the last one, which holds only
 * the usage: that is what the generator returns, undefined where the provider gave none.
 * @throws AppError not_configured, provider_unavailable, provider_failed; the signal's reason where it was aborted
 */
export async function* streamChatCompletion(
  access: OpenAiAccess,
  request: ChatRequest,
  options: RequestOptions,
): AsyncGenerator<JsonText<ChatChunk>[], ChatUsage | undefined> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([options.signal, stalled.signal]);
  const reader = new ChunkReader();
  try {
    // The SDK's own reader of streams takes twice the time a chunk.
    const { body } = await requestOpenAi(access, { ...options, signal }, (client, init) =>
      client.chat.completions.create(bodyOf(request), init).asResponse(),
    );
    if (!body) throw new Error("the provider sent nothing");
    for await (const events of eventData(withStallLimit(body, options.stallMs, () => stalled.abort()))) {
      const chunks = reader.read(events);
      if (chunks.length > 0) yield chunks;
      if (reader.failure) throw reader.failure;
    }
  } catch (error) {
    options.signal.throwIfAborted();
    throw stalled.signal.aborted ? providerStalled() : providerFailed(error);
  }
  if (!reader.isFinished) throw providerFailed(new Error("the stream ended before the answer did"));
  return reader.usage;
}

function bodyOf({ model, messages, maxCompletionTokens }: ChatRequest) {
  return {
    model,
    messages,
    max_completion_tokens: maxCompletionTokens,
    stream: true as const,
    stream_options: { include_usage: true },
    // Someone waits for the answer, and thoughts would count against max_completion_tokens.
    ...(REASONS_ON_DEMAND.test(model) ? { reasoning_effort: "none" as const } : {}),
  };
}

// Models from GPT-5.1 on: https://developers.openai.com/api/docs/guides/reasoning
const REASONS_ON_DEMAND = /^gpt-(5\.[1-9]|[6-9])(?!.*-(chat|codex|pro))/;
