import type { Config } from "../core/config";
import { MAX_OUTPUT_TOKENS } from "./limits";
import type { SessionDoc } from "./store";

type AudioFormat = { type: "audio/pcm"; rate: 24_000 } | { type: "audio/pcmu" };

/** What is different from one kind of session to another. */
export interface SessionShape {
  /** Where absent, the session's own. */
  instructions?: string;
  /** Of the audio in both directions; absent over WebRTC, which negotiates it. */
  format?: AudioFormat;
  turnDetection?: object;
  /** The server's own tools; where absent, only a client may declare some. */
  tools?: readonly object[];
}

/** A pause of half a second ends the user's turn, and the user may interrupt. */
export const SERVER_VAD = {
  type: "server_vad",
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
} as const;

/**
 * A session as the model is configured for it.
 * Shape: https://developers.openai.com/api/reference/resources/realtime/client-events#session.update
 */
export function modelSession(
  session: Pick<SessionDoc, "model" | "voice" | "instructions" | "language">,
  config: Config,
  { instructions, format, turnDetection = SERVER_VAD, tools }: SessionShape = {},
) {
  const { language } = session;
  return {
    type: "realtime" as const,
    model: session.model,
    output_modalities: ["audio" as const],
    instructions: instructions ?? instructionsFor(session),
    max_output_tokens: MAX_OUTPUT_TOKENS,
    ...(tools ? { tools, tool_choice: "auto" as const } : {}),
    audio: {
      input: {
        ...(format ? { format } : {}),
        transcription: {
          model: config.OPENAI_TRANSCRIBE_MODEL,
          // The API takes ISO 639-1, which is the first part of a BCP 47 tag.
          ...(language ? { language: language.split("-")[0] } : {}),
        },
        noise_reduction: { type: "near_field" as const },
        turn_detection: turnDetection,
      },
      output: { ...(format ? { format } : {}), voice: session.voice },
    },
  };
}

/** What the model is told of its part, with the language that the session has. */
export function instructionsFor({ instructions, language }: Pick<SessionDoc, "instructions" | "language">) {
  if (!language) return instructions;
  const name = new Intl.DisplayNames(["en"], { type: "language" }).of(language) ?? language;
  return `${instructions}\n\nSpeak ${name} unless the user asks for another language.`;
}
