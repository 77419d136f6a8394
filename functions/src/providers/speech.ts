import type { RequestOptions } from "./openAi";

/** The voices of OpenAI's speech models, November 2026; a model that lacks one speaks with its nearest. */
export const SPEECH_VOICES = [
  "alloy",
  "ash",
  "ballad",
  "cedar",
  "coral",
  "echo",
  "fable",
  "marin",
  "nova",
  "onyx",
  "sage",
  "shimmer",
  "verse",
] as const;
export type SpeechVoice = (typeof SPEECH_VOICES)[number];

export interface SpeechRequest {
  text: string;
  voice: SpeechVoice;
}

/** Something that turns text into MP3, given as it is made. */
export interface SpeechProvider {
  /** @throws AppError not_configured, provider_unavailable, provider_failed; the signal's reason where it was aborted */
  speak(request: SpeechRequest, options: RequestOptions): AsyncGenerator<Uint8Array, void>;
}
