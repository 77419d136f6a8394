import type { Config } from "../core/config";
import type { AttachedSession } from "../voice/relayConnection";
import { MAX_OUTPUT_TOKENS } from "./limits";

type SessionOf = AttachedSession["session"];

/** What is different from one kind of session to another. */
export interface SessionShape {
  instructions: string;
  format: { type: "audio/pcm"; rate: 24_000 } | { type: "audio/pcmu" };
  turnDetection: object;
  /** The server's own tools; where absent, only a client may declare some. */
  tools?: readonly object[];
}

/**
 * What the server sets at the model before a client may speak; `clientPolicy.ts` keeps the client from changing it.
 * @param tools the server's own, beside which a client may declare some
 */
export function serverSessionUpdate(
  session: SessionOf,
  config: Config,
  eventId: string,
  tools?: readonly object[],
): string {
  return sessionUpdate(session, config, eventId, {
    tools,
    instructions: instructionsFor(session),
    format: { type: "audio/pcm", rate: 24_000 },
    turnDetection: {
      type: "server_vad",
      threshold: 0.5,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
      create_response: true,
      interrupt_response: true,
    },
  });
}

/**
 * The first event of every connection to the model.
 * Shapes: https://developers.openai.com/api/reference/resources/realtime/client-events#session.update
 */
export function sessionUpdate(
  session: SessionOf,
  config: Config,
  eventId: string,
  { instructions, format, turnDetection, tools }: SessionShape,
): string {
  return JSON.stringify({
    type: "session.update",
    event_id: eventId,
    session: {
      type: "realtime",
      model: session.model,
      output_modalities: ["audio"],
      instructions,
      max_output_tokens: MAX_OUTPUT_TOKENS,
      ...(tools ? { tools, tool_choice: "auto" } : {}),
      audio: {
        input: {
          format,
          transcription: {
            model: config.OPENAI_TRANSCRIBE_MODEL,
            // The API takes ISO 639-1, which is the first part of a BCP 47 tag.
            ...(session.language ? { language: session.language.split("-")[0] } : {}),
          },
          noise_reduction: { type: "near_field" },
          turn_detection: turnDetection,
        },
        output: { format, voice: session.voice },
      },
    },
  });
}

/** What the model is told of its part, with the language that the session has. */
export function instructionsFor({ instructions, language }: SessionOf): string {
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
