import { z } from "zod";

const callSchema = z.strictObject({
  name: z.string().min(1),
  arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
});

const turnSchema = z.strictObject({
  reply: z.string().optional(),
  calls: z.array(callSchema).min(1).max(16).optional(),
  refusal: z.string().optional(),
  load: z
    .strictObject({
      chunks: z.int().min(1).max(10_000_000),
      bytesPerChunk: z.int().min(1).max(65_536).default(4),
    })
    .optional(),
  finishReason: z.enum(["stop", "length", "content_filter"]).optional(),
});

const ms = z.number().min(0).max(600_000);
const pace = z.strictObject({
  /** From the request to the first chunk. */
  firstChunkMs: ms.default(20),
  /** Between two chunks; 0 sends as fast as the client reads. */
  chunkMs: ms.default(5),
});

/** The body of `POST /control/openai/chat-script`. */
export const chatScriptSchema = z.strictObject({
  turns: z.array(turnSchema).max(1_000).default([]),
  otherwise: turnSchema.optional(),
  pace: pace.prefault({}),
});

/**
 * How one user message is answered: by a `refusal`, by calling tools first (those that the request offers), by a
 * `reply`, in which `{{output}}` stands for what the tool gave back, or by a `load` of so many chunks of so many
 * characters, which is made as it is sent and never held. `finishReason` is what a text then ends with.
 */
export type ChatTurn = z.infer<typeof turnSchema>;

/** `turns` answer a request's first, second, … user message; `otherwise` every request that no turn is for. */
export type ChatScript = z.infer<typeof chatScriptSchema>;
export type ChatScriptInput = z.input<typeof chatScriptSchema>;

/** What is played when there is no script: no turns, at the usual pace. */
export const EMPTY_CHAT_SCRIPT: ChatScript = chatScriptSchema.parse({});
