import { z } from "zod";
import { codePoints } from "../core/codePoints";
import { SPEECH_VOICES } from "../providers/speech";
import { MAX_TEXT_CHARACTERS } from "./limits";

export const speechInput = z.strictObject({
  text: z
    .string()
    .refine((text) => text.trim() !== "", { error: "must not be empty" })
    .refine((text) => codePoints(text) <= MAX_TEXT_CHARACTERS, {
      error: `must not exceed ${MAX_TEXT_CHARACTERS} characters`,
    }),
  voice: z.enum(SPEECH_VOICES).default("alloy"),
});
export type SpeechInput = z.output<typeof speechInput>;

export const audioChunk = z.instanceof(Uint8Array);
