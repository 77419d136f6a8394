import type { RealtimeResponseUsage } from "openai/resources/realtime/realtime";

/** What one piece of context weighs. */
export interface TokenCount {
  text: number;
  audio: number;
}

/** One piece of a response's context: `key` changes whenever its content does. */
export interface ContextEntry {
  key: string;
  tokens: TokenCount;
}

const CHARACTERS_PER_TEXT_TOKEN = 4;
const INPUT_MS_PER_AUDIO_TOKEN = 100;
const OUTPUT_MS_PER_AUDIO_TOKEN = 50;
/** The provider caches prefixes in blocks of this many tokens. */
const CACHE_BLOCK_TOKENS = 64;

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TEXT_TOKEN);
}

export function inputAudioTokens(ms: number): number {
  return Math.ceil(ms / INPUT_MS_PER_AUDIO_TOKEN);
}

export function outputAudioTokens(ms: number): number {
  return Math.ceil(ms / OUTPUT_MS_PER_AUDIO_TOKEN);
}

export function sumTokens(entries: readonly ContextEntry[]): TokenCount {
  const sum = { text: 0, audio: 0 };
  for (const { tokens } of entries) {
    sum.text += tokens.text;
    sum.audio += tokens.audio;
  }
  return sum;
}

/**
 * `usage` of a response. Cached are the whole blocks of the prefix that `context` shares with `previous`, the context
 * of the response before, so the cached count is always part of the input and breaks where history was changed.
 */
export function responseUsage(
  context: readonly ContextEntry[],
  previous: readonly ContextEntry[],
  output: TokenCount,
): RealtimeResponseUsage {
  const input = sumTokens(context);
  const shared = sumTokens(sharedPrefix(context, previous));
  const cached = Math.floor((shared.text + shared.audio) / CACHE_BLOCK_TOKENS) * CACHE_BLOCK_TOKENS;
  const cachedText = Math.min(shared.text, cached);
  const inputTokens = input.text + input.audio;
  const outputTokens = output.text + output.audio;
  return {
    total_tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cached,
      cached_tokens_details: { text_tokens: cachedText, audio_tokens: cached - cachedText, image_tokens: 0 },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}

function sharedPrefix(context: readonly ContextEntry[], previous: readonly ContextEntry[]): ContextEntry[] {
  const different = context.findIndex((entry, index) => entry.key !== previous[index]?.key);
  return context.slice(0, different < 0 ? context.length : different);
}
