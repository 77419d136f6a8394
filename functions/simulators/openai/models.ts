import { InvalidRequest } from "./invalidRequest.js";

/** The Realtime models this simulator answers for. */
export const REALTIME_MODELS: readonly string[] = [
  "gpt-realtime-2.1",
  "gpt-realtime-2.1-mini",
  "gpt-realtime-2",
  "gpt-realtime",
];

/** The model of a session that was opened without naming one. */
export const DEFAULT_REALTIME_MODEL = "gpt-realtime-2.1";

/** The chat models this simulator answers for, each under its dated names too. */
const CHAT_MODELS: readonly string[] = [
  "gpt-6-astra",
  "gpt-6.1-sol",
  "gpt-6.1-terra",
  "gpt-6-sol",
  "gpt-6-luna",
  "gpt-5.6-sol",
  "gpt-5.6-terra",
  "gpt-5.6-luna",
  "gpt-5.5",
  "gpt-5.4",
  "gpt-5.4-mini",
  "gpt-5.4-nano",
  "gpt-5.3-chat-latest",
  "gpt-5.2",
  "gpt-5.2-chat-latest",
  "gpt-5.1",
  "gpt-5.1-mini",
  "gpt-5.1-chat-latest",
  "gpt-5",
  "gpt-5-mini",
  "gpt-5-nano",
  "gpt-5-chat-latest",
  "o4-mini",
  "o3",
  "o3-mini",
  "o1",
  "gpt-4.1",
  "gpt-4.1-mini",
  "gpt-4.1-nano",
  "gpt-4o",
  "gpt-4o-mini",
  "chatgpt-4o-latest",
  "gpt-4-turbo",
  "gpt-4",
  "gpt-3.5-turbo",
];

const SPEECH_MODELS: readonly string[] = ["gpt-4o-mini-tts", "tts-1", "tts-1-hd"];

/** The voices of Realtime. */
export const VOICES: readonly string[] = [
  "alloy",
  "ash",
  "ballad",
  "coral",
  "echo",
  "sage",
  "shimmer",
  "verse",
  "marin",
  "cedar",
];

/** Refuses an unknown model as OpenAI does. */
export function checkKnownModel(model: string, param: string): void {
  if (REALTIME_MODELS.includes(model)) return;
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  throw new InvalidRequest("model_not_found", message, param);
}

export function isChatModel(model: string): boolean {
  return CHAT_MODELS.includes(undated(model));
}

export function isSpeechModel(model: string): boolean {
  return SPEECH_MODELS.includes(undated(model));
}

/** The models from before the reasoning ones: they take `max_tokens`, and any temperature. */
export function isOlderChatModel(model: string): boolean {
  return /^(gpt-3|gpt-4|chatgpt-4)/.test(model);
}

const TTS_1_VOICES = ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"];

/** The built-in voices of a speech model. */
export function speechVoicesOf(model: string): readonly string[] {
  if (undated(model) !== "gpt-4o-mini-tts") return TTS_1_VOICES;
  return [...new Set([...TTS_1_VOICES, ...VOICES])].sort();
}

function undated(model: string): string {
  return model.replace(/-\d{4}-\d{2}-\d{2}$/, "");
}
