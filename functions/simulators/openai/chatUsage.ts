import type { CompletionUsage } from "openai/resources/completions";
import { textOfContent } from "./chatMessages.js";
import type { ChatRequest } from "./chatRequest.js";
import { textTokens } from "./usage.js";

/** What every message, and the opening of the answer, cost beside their text. */
const TOKENS_PER_MESSAGE = 3;

/** `usage` of a chat completion; a simulator neither caches nor reasons. */
export function chatUsage(request: ChatRequest, completionTokens: number): CompletionUsage {
  const promptTokens = tokensOf(request);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function tokensOf({ messages, tools }: ChatRequest): number {
  const ofMessages = messages.map(({ content, tool_calls }) => {
    const calls = tool_calls ? textTokens(JSON.stringify(tool_calls)) : 0;
    return TOKENS_PER_MESSAGE + textTokens(textOfContent(content)) + calls;
  });
  const ofTools = tools ? textTokens(JSON.stringify(tools)) : 0;
  return ofMessages.reduce((sum, tokens) => sum + tokens, TOKENS_PER_MESSAGE + ofTools);
}
