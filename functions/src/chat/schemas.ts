import { z } from "zod";
import { codePoints } from "../core/codePoints";
import { MAX_CHARACTERS, MAX_MESSAGES, MAX_TOKENS } from "./limits";

export const message = z
  .strictObject({
    role: z.enum(["system", "developer", "user", "assistant"]),
    content: z.string().min(1, { error: "must not be empty" }),
  })
  .meta({ id: "ChatMessage" });

export const chatInput = z.strictObject({
  messages: z
    .array(message)
    .min(1, { error: "must hold at least one message" })
    .max(MAX_MESSAGES, { error: `must hold at most ${MAX_MESSAGES} messages` })
    .refine((all) => all.reduce((sum, one) => sum + codePoints(one.content), 0) <= MAX_CHARACTERS, {
      error: `must not exceed ${MAX_CHARACTERS} characters together`,
    }),
  model: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "One that the server allows; older OpenAI names mean the server's default." }),
  max_tokens: z
    .int()
    .min(1)
    .max(MAX_TOKENS)
    .optional()
    .meta({ description: "Sent to the provider as max_completion_tokens." }),
});
export type ChatInput = z.output<typeof chatInput>;

/** Loose: what the provider sends beside this is passed on. */
export const chatChunk = z
  .looseObject({
    choices: z.array(
      z.looseObject({
        index: z.number().int().optional(),
        delta: z.looseObject({
          role: z.string().optional(),
          content: z.string().nullable().optional(),
        }),
        finish_reason: z.string().nullable().optional(),
      }),
    ),
  })
  .meta({ id: "ChatChunk" });
export type ChatChunk = z.output<typeof chatChunk>;

export const chatOutput = z.object({
  text: z.string().meta({ description: "The whole answer." }),
  finishReason: z
    .string()
    .nullable()
    .meta({ description: "stop, length, content_filter; as the provider says." }),
});
export type ChatOutput = z.output<typeof chatOutput>;
