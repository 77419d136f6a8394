import { type Ctx, requireCaller } from "../core/ctx";
import type { JsonText } from "../core/jsonText";
import { startCounting } from "../core/rateLimit";
import type { ChatUsage } from "../providers/chunkReader";
import { openAiAccess } from "../providers/openAi";
import { streamChatCompletion } from "../providers/openAiChat";
import { recordUsage } from "../usage/recordUsage";
import { CHAT_WINDOW, DEFAULT_MAX_TOKENS, STALL_MS } from "./limits";
import { modelFor } from "./models";
import type { ChatChunk, ChatInput } from "./schemas";

/**
 * Streams the model's answer in the chunks in which it comes. The provider is asked while the
 * request is still being counted; nothing is given out before it is. Costs at most 1 read and 3 writes.
 * @param signal aborts the provider's request at once
 * @throws AppError invalid_argument for a model that is not allowed, rate_limited, not_configured, provider_failed,
 * provider_unavailable
 */
export async function* streamChat(
  ctx: Ctx,
  input: ChatInput,
  signal: AbortSignal,
  stallMs = STALL_MS,
): AsyncGenerator<JsonText<ChatChunk>[], void> {
  const { uid } = requireCaller(ctx);
  const model = modelFor(input.model, ctx.config);
  const use = { what: "chat", by: uid, policy: CHAT_WINDOW };
  const { counted, ...begun } = await startCounting(ctx, use, signal);
  const request = {
    model,
    messages: input.messages,
    maxCompletionTokens: input.max_tokens ?? DEFAULT_MAX_TOKENS,
  };
  const answer = streamChatCompletion(openAiAccess(ctx.config), request, { ...begun, stallMs });
  let chunks = 0;
  let usage: ChatUsage | undefined;
  try {
    let [next] = await Promise.all([answer.next(), counted]);
    while (!next.done) {
      chunks += next.value.length;
      yield next.value;
      next = await answer.next();
    }
    usage = next.value;
  } finally {
    await answer.return(undefined);
    if (chunks > 0) {
      const told = usage ?? { estimatedRequests: 1, ...estimate(input, chunks) };
      await recordUsage(ctx, uid, "chat", { requests: 1, ...told });
    }
  }
}

/** What an answer used that was broken off, and of which the provider did not tell: a chunk holds about one token. */
function estimate({ messages }: ChatInput, chunks: number): ChatUsage {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  return { promptTokens: Math.ceil(characters / 4), cachedPromptTokens: 0, completionTokens: chunks };
}
