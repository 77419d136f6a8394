import type { Config } from "../core/config";
import type { AttachedSession } from "../voice/relayConnection";
import { MAX_OUTPUT_TOKENS } from "./limits";

type SessionOf = AttachedSession["session"];

/**
 * What the server sets at the model before the client may speak; `clientPolicy.ts` keeps the client from changing it.
 * Shapes: https://developers.openai.com/api/reference/resources/realtime/client-events#session.update
 */
export function serverSessionUpdate(session: SessionOf, config: Config, eventId: string): string {
  return JSON.stringify({
    type: "session.update",
    event_id: eventId,
    session: {
      type: "realtime",
      model: session.model,
      output_modalities: ["audio"],
      instructions: instructionsFor(session),
      max_output_tokens: MAX_OUTPUT_TOKENS,
      audio: {
        input: {
          format: { type: "audio/pcm", rate: 24_000 },
          transcription: {
            model: config.OPENAI_TRANSCRIBE_MODEL,
            // The API takes ISO 639-1, which is the first part of a BCP 47 tag.
            ...(session.language ? { language: session.language.split("-")[0] } : {}),
          },
          noise_reduction: { type: "near_field" },
          turn_detection: {
            type: "server_vad",
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: "audio/pcm", rate: 24_000 }, voice: session.voice },
      },
    },
  });
}

function instructionsFor({ instructions, language }: SessionOf): string {
  if (!language) return instructions;
  const name = new Intl.DisplayNames(["en"], { type: "language" }).of(language) ?? language;
  return `${instructions}\n\nSpeak ${name} unless the user asks for another language.`;
}

/** What was said before, given to a model that does not know it, so that a conversation can go on after a break. */
export function earlierConversation({ earlierTurns }: AttachedSession): string[] {
  return earlierTurns.map((turn) =>
    JSON.stringify({
      type: "conversation.item.create",
      item: {
        type: "message",
        id: turn.itemId,
        role: turn.role,
        content: [{ type: turn.role === "user" ? "input_text" : "output_text", text: turn.content }],
      },
    }),
  );
}
