import { Timestamp } from "firebase-admin/firestore";
import type { Price } from "../core/config";
import type { ConversationRecord } from "../voice/recordConversation";
import { costUsd } from "../voice/usage";
import type { ServerEvent } from "./serverEvents";

type ResponseDone = Extract<ServerEvent, { type: "response.done" }>;

/**
 * What a response used and cost; undefined where it used nothing, as one that failed at once.
 * @param price undefined where the model has none in the table: the cost is then null, not zero
 */
export function responseUsage(
  { response }: ResponseDone,
  model: string,
  price: Price | undefined,
  now: Date,
): ConversationRecord["responses"][number] | undefined {
  const { usage } = response;
  if (!usage) return undefined;
  const tokens = {
    textIn: usage.input_token_details?.text_tokens ?? 0,
    textCachedIn: usage.input_token_details?.cached_tokens_details?.text_tokens ?? 0,
    textOut: usage.output_token_details?.text_tokens ?? 0,
    audioIn: usage.input_token_details?.audio_tokens ?? 0,
    audioCachedIn: usage.input_token_details?.cached_tokens_details?.audio_tokens ?? 0,
    audioOut: usage.output_token_details?.audio_tokens ?? 0,
  };
  return {
    responseId: response.id,
    used: {
      ...tokens,
      responses: 1,
      costUsd: price ? costUsd(tokens, price) : null,
      model,
      createdAt: Timestamp.fromDate(now),
    },
  };
}
