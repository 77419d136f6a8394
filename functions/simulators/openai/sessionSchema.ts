import { z } from "zod";

/**
 * The `session` of `session.update` and of client secrets. Strict, so that a field of the retired beta shape
 * (`modalities`, `input_audio_format`, …) is refused as the real API refuses it.
 */
const format = z.strictObject({
  type: z.enum(["audio/pcm", "audio/pcmu", "audio/pcma"]),
  rate: z.literal(24_000).optional(),
});

const voice = z.union([z.string(), z.strictObject({ id: z.string() })]);

const maxOutputTokens = z.union([z.literal("inf"), z.int().min(1).max(4096)]);

const tool = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("function"), name: z.string() }),
  z.looseObject({ type: z.literal("mcp"), server_label: z.string() }),
]);

const toolChoice = z.union([
  z.enum(["auto", "none", "required"]),
  z.looseObject({ type: z.enum(["function", "mcp"]) }),
]);

const transcription = z.strictObject({
  model: z.string().optional(),
  language: z.string().optional(),
  languages: z.array(z.string()).optional(),
  keywords: z.array(z.string()).optional(),
  prompt: z.string().optional(),
  delay: z.enum(["minimal", "low", "medium", "high", "xhigh"]).optional(),
});

/** Checked once its `type` is known, because the two kinds have different fields. */
export const serverVadSchema = z.strictObject({
  type: z.literal("server_vad"),
  threshold: z.number().min(0).max(1).optional(),
  prefix_padding_ms: z.int().min(0).max(10_000).optional(),
  silence_duration_ms: z.int().min(0).max(60_000).optional(),
  idle_timeout_ms: z.int().min(5_000).max(30_000).nullable().optional(),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
});

/** See {@link serverVadSchema}. */
export const semanticVadSchema = z.strictObject({
  type: z.literal("semantic_vad"),
  eagerness: z.enum(["low", "medium", "high", "auto"]).optional(),
  create_response: z.boolean().optional(),
  interrupt_response: z.boolean().optional(),
});

const audioInput = z.strictObject({
  format: format.optional(),
  transcription: transcription.nullable().optional(),
  noise_reduction: z
    .strictObject({ type: z.enum(["near_field", "far_field"]), strength: z.number().optional() })
    .nullable()
    .optional(),
  turn_detection: z
    .looseObject({ type: z.enum(["server_vad", "semantic_vad"]) })
    .nullable()
    .optional(),
});

const audioOutput = z.strictObject({
  format: format.optional(),
  voice: voice.optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
});

export const sessionUpdateSchema = z.strictObject({
  type: z.literal("realtime"),
  model: z.string().optional(),
  output_modalities: z.array(z.enum(["text", "audio"])).optional(),
  instructions: z.string().optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  reasoning: z
    .strictObject({ effort: z.enum(["minimal", "low", "medium", "high", "xhigh"]).optional() })
    .optional(),
  max_output_tokens: maxOutputTokens.optional(),
  tracing: z
    .union([z.literal("auto"), z.looseObject({})])
    .nullable()
    .optional(),
  prompt: z.looseObject({ id: z.string() }).nullable().optional(),
  include: z
    .array(z.enum(["item.input_audio_transcription.logprobs"]))
    .nullable()
    .optional(),
  truncation: z
    .union([z.enum(["auto", "disabled"]), z.looseObject({ type: z.literal("retention_ratio") })])
    .optional(),
  audio: z.strictObject({ input: audioInput.optional(), output: audioOutput.optional() }).optional(),
});

/** The `response` of `response.create`. */
export const responseCreateSchema = z.strictObject({
  conversation: z.enum(["auto", "none"]).optional(),
  input: z.array(z.looseObject({ type: z.string() })).optional(),
  instructions: z.string().optional(),
  output_modalities: z.array(z.enum(["text", "audio"])).optional(),
  max_output_tokens: maxOutputTokens.optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
  parallel_tool_calls: z.boolean().optional(),
  prompt: z.looseObject({ id: z.string() }).nullable().optional(),
  reasoning: z.looseObject({}).optional(),
  tools: z.array(tool).optional(),
  tool_choice: toolChoice.optional(),
  audio: z
    .strictObject({
      output: z.strictObject({ format: format.optional(), voice: voice.optional() }).optional(),
    })
    .optional(),
});

export type SessionUpdate = z.infer<typeof sessionUpdateSchema>;
export type ResponseParams = z.infer<typeof responseCreateSchema>;
