import type { CompletionUsage } from "openai/resources/completions";
import { JsonText } from "../core/jsonText";
import { isPlainDelta } from "./plainDelta";

/** A piece of an answer as the provider sends it; loose, for it adds fields as it likes. */
export interface ChatChunk {
  choices: {
    delta: { content?: string | null; [field: string]: unknown };
    finish_reason?: string | null;
    [field: string]: unknown;
  }[];
  [field: string]: unknown;
}

/** Tokens of one answer; cached tokens are a part of the prompt's. */
export interface ChatUsage {
  promptTokens: number;
  cachedPromptTokens: number;
  completionTokens: number;
}

/** Reads the events of an answer, and on the way what they tell of it. */
export class ChunkReader {
  usage: ChatUsage | undefined;
  /** The answer has come to an end: a stream that ends before was cut off. */
  isFinished = false;
  /** What is wrong with an event; those before it, which may have come with it, are good. */
  failure: unknown;

  /** The chunks in a batch of events, up to the first event that is none. */
  read(events: readonly string[]): JsonText<ChatChunk>[] {
    const chunks: JsonText<ChatChunk>[] = [];
    try {
      for (const data of events) if (this.#isPiece(data)) chunks.push(new JsonText(oneLine(data)));
    } catch (error) {
      this.failure = error;
    }
    return chunks;
  }

  /** Whether an event is a piece of the answer. @throws Error where it is nothing that belongs to one */
  #isPiece(data: string): boolean {
    if (isPlainDelta(data)) return true;
    if (data === "[DONE]") return false;
    const { choices, usage } = chunkOf(data);
    if (usage) this.usage = usageOf(usage);
    this.isFinished ||= choices.some((choice) => choice.finish_reason);
    return choices.length > 0;
  }
}

/** An event of several lines would not be one event any more when it is sent on. */
function oneLine(data: string): string {
  return data.includes("\n") ? JSON.stringify(JSON.parse(data)) : data;
}

type ReceivedChunk = ChatChunk & { usage?: CompletionUsage | null };

/** Loose, as a provider's events are, but for what is read here. */
function chunkOf(data: string): ReceivedChunk {
  const parsed = JSON.parse(data) as Partial<ReceivedChunk> | null;
  if (!Array.isArray(parsed?.choices)) throw new Error("the provider sent no chunk of an answer");
  return parsed as ReceivedChunk;
}

function usageOf(usage: CompletionUsage): ChatUsage {
  return {
    promptTokens: usage.prompt_tokens,
    cachedPromptTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    completionTokens: usage.completion_tokens,
  };
}
