import { z } from "zod";
import { newId } from "../core/ids";
import type { ClientSecret } from "../providers/openAiSecrets";
import type { RealtimeSession } from "./schemas";

/** Of a session as OpenAI tells it, what is passed on. Loose: what is missing is filled from what was asked for. */
const told = z.looseObject({
  id: z.string().optional().catch(undefined),
  model: z.string().optional().catch(undefined),
  output_modalities: z.array(z.string()).optional().catch(undefined),
  instructions: z.string().optional().catch(undefined),
  max_output_tokens: z
    .union([z.number().int(), z.literal("inf")])
    .optional()
    .catch(undefined),
  tools: z.array(z.unknown()).optional().catch(undefined),
  tool_choice: z.unknown(),
  audio: z
    .looseObject({
      input: z
        .looseObject({
          transcription: z.looseObject({ model: z.string() }).nullish(),
          turn_detection: z.record(z.string(), z.unknown()).nullish(),
        })
        .optional(),
      output: z.looseObject({ voice: z.string().optional() }).optional(),
    })
    .optional()
    .catch(undefined),
});

/**
 * A session in the shape that clients of the older API know, of what the present one tells. There is no `temperature` any
 * more; speech always comes with its text.
 */
export function seedSession(
  { value, expiresAt, session }: ClientSecret,
  asked: { model: string; voice: string; instructions: string },
): RealtimeSession {
  const { audio, ...rest } = told.parse(session);
  const speaks = rest.output_modalities?.includes("audio") ?? true;
  const transcription = audio?.input?.transcription;
  return {
    id: rest.id ?? `sess_${newId()}`,
    object: "realtime.session",
    client_secret: { value, expires_at: expiresAt },
    expires_at: expiresAt,
    model: rest.model ?? asked.model,
    modalities: speaks ? ["audio", "text"] : ["text"],
    instructions: rest.instructions ?? asked.instructions,
    voice: audio?.output?.voice ?? asked.voice,
    input_audio_transcription: transcription ? { model: transcription.model } : null,
    turn_detection: audio?.input?.turn_detection ?? null,
    tools: rest.tools ?? [],
    tool_choice: rest.tool_choice ?? "auto",
    max_response_output_tokens: rest.max_output_tokens ?? "inf",
  };
}
