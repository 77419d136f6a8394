import type { JsonText } from "../core/jsonText";
import type { ChatChunk, ChatOutput } from "./schemas";

/** Adds chunks to what the model has said so far. */
export function gatherAnswer(
  answer: ChatOutput | undefined,
  chunks: readonly JsonText<ChatChunk>[],
): ChatOutput {
  const whole = answer ?? { text: "", finishReason: null };
  for (const { value } of chunks) {
    const [choice] = value.choices;
    whole.text += choice?.delta?.content ?? "";
    whole.finishReason = choice?.finish_reason ?? whole.finishReason;
  }
  return whole;
}
