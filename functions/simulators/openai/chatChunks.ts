import { randomBytes } from "node:crypto";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import type { ChatDelta, ChatEnd, FinishReason } from "./chatDeltas.js";
import { newCompletionId } from "./ids.js";
import { isOlderChatModel } from "./models.js";

/** What all chunks of one completion share. */
export interface ChatFrame {
  id: string;
  created: number;
  model: string;
  service_tier: "default" | "flex" | "priority" | "scale";
  /** The newer models have none. */
  system_fingerprint: string | null;
}

const FINGERPRINT = "fp_5151a7ed0b";
/** Obfuscation brings every chunk to a multiple of this length. */
const OBFUSCATED_CHARACTERS = 16;
const NOISE = randomBytes(3_072).toString("base64url").replace(/[-_]/g, "x");

export function newChatFrame(model: string, tier: string | null | undefined): ChatFrame {
  return {
    id: newCompletionId(),
    created: Math.floor(Date.now() / 1000),
    model,
    service_tier: servedTier(tier),
    system_fingerprint: isOlderChatModel(model) ? FINGERPRINT : null,
  };
}

/** Writes the SSE events of one completion. */
export class ChunkWriter {
  private noiseAt = 0;

  constructor(
    private readonly frame: ChatFrame,
    private readonly options: { usage: boolean; obfuscation: boolean },
  ) {}

  delta(delta: ChatDelta, finishReason: FinishReason | null = null): string {
    const choice = { index: 0, delta, ...logprobsOf(this.frame), finish_reason: finishReason };
    return this.event([choice], null, (delta.content ?? delta.refusal ?? "").length);
  }

  usage(usage: CompletionUsage): string {
    return this.event([], usage, 0);
  }

  private event(
    choices: ChatCompletionChunk.Choice[],
    usage: CompletionUsage | null,
    characters: number,
  ): string {
    const { id, ...frame } = this.frame;
    const chunk = {
      id,
      object: "chat.completion.chunk",
      ...frame,
      choices,
      ...(this.options.usage ? { usage } : {}),
      ...(this.options.obfuscation ? { obfuscation: this.noise(characters) } : {}),
    };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  }

  private noise(characters: number): string {
    const length = OBFUSCATED_CHARACTERS - (characters % OBFUSCATED_CHARACTERS);
    this.noiseAt = (this.noiseAt + 37) % (NOISE.length - OBFUSCATED_CHARACTERS);
    return NOISE.slice(this.noiseAt, this.noiseAt + length);
  }
}

/** The answer that is not streamed, put together from the same deltas. */
export function wholeCompletion(
  frame: ChatFrame,
  deltas: readonly ChatDelta[],
  end: ChatEnd,
  usage: CompletionUsage,
) {
  const { id, created, model, ...rest } = frame;
  const choice = {
    index: 0,
    message: messageOf(deltas),
    ...logprobsOf(frame),
    finish_reason: end.reason,
  };
  return { id, object: "chat.completion", created, model, choices: [choice], usage, ...rest };
}

function messageOf(deltas: readonly ChatDelta[]): ChatCompletion.Choice["message"] {
  const texts = deltas.flatMap(({ content }) => content ?? []);
  const refusals = deltas.flatMap(({ refusal }) => refusal ?? []);
  const calls = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
  const toolCalls = calls
    .filter((call) => call.id !== undefined)
    .map(({ index, id = "", function: start }) => {
      const pieces = calls
        .filter((call) => call.index === index)
        .map((call) => call.function?.arguments ?? "");
      return {
        id,
        type: "function" as const,
        function: { name: start?.name ?? "", arguments: pieces.join("") },
      };
    });
  return {
    role: "assistant",
    content: texts.length > 0 ? texts.join("") : null,
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
    refusal: refusals.length > 0 ? refusals.join("") : null,
    annotations: [],
  };
}

/** Null where the older models have them on demand; the newer ones leave them out. */
function logprobsOf({ model }: ChatFrame): { logprobs?: null } {
  return isOlderChatModel(model) ? { logprobs: null } : {};
}

function servedTier(asked: string | null | undefined): ChatFrame["service_tier"] {
  if (asked === "flex" || asked === "scale") return asked;
  return asked === "priority" || asked === "fast" ? "priority" : "default";
}
