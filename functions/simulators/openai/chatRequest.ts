import { z } from "zod";
import { checkChatMessages } from "./chatMessages.js";
import { parseOrRefuse } from "./invalidRequest.js";
import { isChatModel, isOlderChatModel } from "./models.js";
import { refuse, unknownModel } from "./refusal.js";

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"] as const;
/** Taken, and of no consequence to a simulator. */
const ignored = z.unknown().optional();
const probability = (max: number) => z.number().min(-max).max(max).nullish();
const maxTokens = z.int().min(1).nullish();

const message = z.looseObject({
  role: z.enum(ROLES),
  content: z.unknown().optional(),
  tool_call_id: z.string().optional(),
  tool_calls: z.array(z.looseObject({ id: z.string(), type: z.string() })).optional(),
});

const tool = z.looseObject({
  type: z.enum(["function", "custom"]),
  function: z.looseObject({ name: z.string() }).optional(),
});

const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.looseObject({ type: z.string(), function: z.looseObject({ name: z.string() }).optional() }),
]);

/** Strict, as the real API is: a field it does not know is an error. */
const bodySchema = z.strictObject({
  model: z.string(),
  messages: z.array(message),
  max_completion_tokens: maxTokens,
  max_tokens: maxTokens,
  n: z.literal(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
    .nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  frequency_penalty: probability(2),
  presence_penalty: probability(2),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  service_tier: z.enum(["auto", "default", "flex", "scale", "priority", "fast"]).nullish(),
  modalities: z.array(z.literal("text")).nullish(),
  audio: ignored,
  function_call: ignored,
  functions: ignored,
  logit_bias: ignored,
  logprobs: ignored,
  metadata: ignored,
  moderation: ignored,
  prediction: ignored,
  prompt_cache_key: ignored,
  prompt_cache_options: ignored,
  prompt_cache_retention: ignored,
  reasoning_effort: ignored,
  response_format: ignored,
  safety_identifier: ignored,
  seed: ignored,
  stop: ignored,
  store: ignored,
  top_logprobs: ignored,
  user: ignored,
  verbosity: ignored,
  web_search_options: ignored,
});

export type ChatRequest = z.infer<typeof bodySchema>;
export type ChatMessage = z.infer<typeof message>;

/** Checks a `POST /v1/chat/completions` as OpenAI does; throws InvalidRequest or RefusedRequest. */
export function parseChatRequest(body: unknown): ChatRequest {
  const request = parseOrRefuse(bodySchema, body);
  if (!isChatModel(request.model)) unknownModel(request.model);
  checkChatMessages(request.messages);
  checkForModel(request);
  if (request.stream_options && !request.stream) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    refuse({ message, param: "stream_options" });
  }
  return request;
}

/** The most tokens the answer may have. */
export function tokenLimit({ max_completion_tokens, max_tokens }: ChatRequest): number {
  return max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY;
}

function checkForModel({ model, max_tokens, temperature }: ChatRequest): void {
  if (isOlderChatModel(model)) return;
  if (typeof max_tokens === "number") {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    refuse({ message, param: "max_tokens", code: "unsupported_parameter" });
  }
  // Later models take a temperature when they do not reason.
  if (!/^(o\d|gpt-5(-mini|-nano)?(-\d{4}|$))/.test(model)) return;
  if (typeof temperature !== "number" || temperature === 1) return;
  const message = `Unsupported value: 'temperature' does not support ${temperature} with this model. Only the default (1) value is supported.`;
  refuse({ message, param: "temperature", code: "unsupported_value" });
}
