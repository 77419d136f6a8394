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
