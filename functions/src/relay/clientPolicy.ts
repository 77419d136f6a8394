import { z } from "zod";
import { MAX_OUTPUT_TOKENS } from "../voice/limits";
import { MAX_TOOLS } from "./limits";

// An allow-list, not a deny-list: what reaches the model is built anew from the fields below. A field that the server
// owns (instructions, model, voice, transcription, prompt, tracing, …) is not on it and so falls away in silence,
// because official clients send a whole session. What cannot be meant well is refused.
// https://developers.openai.com/api/reference/resources/realtime/client-events

const eventId = z.string().max(512).optional();
// Ids become names of documents.
const itemId = z.string().regex(/^(?!__)[A-Za-z0-9_-]{1,64}$/, {
  error: "must be 1 to 64 letters, digits, - or _, not starting with __",
});
const text = z.string().max(100_000);
const modalities = z
  .array(z.enum(["text", "audio"]))
  .min(1)
  .max(2);
const format = z.union([
  z.object({ type: z.literal("audio/pcm"), rate: z.literal(24_000).optional() }),
  z.object({ type: z.enum(["audio/pcmu", "audio/pcma"]) }),
]);
const turnDetection = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("server_vad"),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.number().int().min(0).max(10_000).optional(),
    silence_duration_ms: z.number().int().min(0).max(10_000).optional(),
    idle_timeout_ms: z.number().int().min(5_000).max(30_000).nullish(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
  z.object({
    type: z.literal("semantic_vad"),
    eagerness: z.enum(["low", "medium", "high", "auto"]).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
]);
const functionTool = z.object({
  // Others (MCP) would let the model call servers of the client's choice in our name.
  type: z.literal("function", { error: "only function tools may be declared" }),
  name: z.string().min(1).max(64),
  description: z.string().max(10_000).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
const tools = z.array(functionTool).max(MAX_TOOLS);
const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.object({ type: z.literal("function"), name: z.string().min(1).max(64) }),
]);

const sessionFields = z.object({
  type: z.literal("realtime"),
  output_modalities: modalities.optional(),
  audio: z
    .object({
      input: z
        .object({
          format: format.optional(),
          noise_reduction: z.object({ type: z.enum(["near_field", "far_field"]) }).nullish(),
          turn_detection: turnDetection.nullish(),
        })
        .optional(),
      output: z
        .object({ format: format.optional(), speed: z.number().min(0.25).max(1.5).optional() })
        .optional(),
    })
    .optional(),
  tools: tools.optional(),
  tool_choice: toolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
});

const userContent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input_text"), text }),
  z.object({ type: z.literal("input_audio"), audio: z.string(), transcript: text.nullish() }),
  z.object({
    type: z.literal("input_image"),
    // An address would make the model's provider fetch whatever a client names.
    image_url: z
      .string()
      .regex(/^data:image\/(png|jpeg|webp);base64,/, { error: "must be a data: URL of an image" }),
    detail: z.enum(["auto", "low", "high"]).optional(),
  }),
]);
const message = z.discriminatedUnion("role", [
  z.object({
    type: z.literal("message"),
    id: itemId.optional(),
    role: z.literal("user"),
    content: z.array(userContent).max(32),
  }),
  z.object({
    type: z.literal("message"),
    id: itemId.optional(),
    role: z.literal("assistant"),
    content: z.array(z.object({ type: z.enum(["output_text", "text"]), text })).max(32),
  }),
]);
const item = z.union([
  message,
  z.object({
    type: z.literal("function_call"),
    id: itemId.optional(),
    call_id: z.string().max(128).optional(),
    name: z.string().max(64),
    arguments: text,
  }),
  z.object({
    type: z.literal("function_call_output"),
    id: itemId.optional(),
    call_id: z.string().max(128),
    output: text,
  }),
]);

const responseFields = z.object({
  conversation: z.enum(["auto", "none"]).optional(),
  output_modalities: modalities.optional(),
  input: z
    .array(z.union([item, z.object({ type: z.literal("item_reference"), id: itemId })]))
    .max(256)
    .optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  max_output_tokens: z
    .number()
    .int()
    .min(1)
    .transform((tokens) => Math.min(tokens, MAX_OUTPUT_TOKENS))
    .optional()
    .catch(undefined),
  tools: tools.optional(),
  tool_choice: toolChoice.optional(),
});

const events = {
  "session.update": z.object({ session: sessionFields }),
  "input_audio_buffer.append": z.object({ audio: z.string() }),
  "input_audio_buffer.commit": z.object({}),
  "input_audio_buffer.clear": z.object({}),
  "output_audio_buffer.clear": z.object({}),
  "conversation.item.create": z.object({ previous_item_id: itemId.nullish(), item }),
  "conversation.item.delete": z.object({ item_id: itemId }),
  "conversation.item.retrieve": z.object({ item_id: itemId }),
  "conversation.item.truncate": z.object({
    item_id: itemId,
    content_index: z.number().int().min(0).max(1_000),
    audio_end_ms: z.number().int().min(0),
  }),
  "response.create": z.object({ response: responseFields.optional() }),
  "response.cancel": z.object({ response_id: z.string().max(128).optional() }),
} as const;

type Events = typeof events;

/** A client's event as the allow-list lets it through. */
export type AllowedEvent = {
  [Type in keyof Events]: { type: Type; event_id?: string } & z.output<Events[Type]>;
}[keyof Events];

/** Why an event that is allowed in general does not fit in this session, and which field of it. */
export interface Misfit {
  param: string;
  reason: string;
}

/** What a session asks of its client's events besides the allow-list. */
export interface EventRules {
  /** Why an event is not to go on; undefined where it is. */
  misfit(event: AllowedEvent): Misfit | undefined;
  /** The event as it is to go on. */
  complete(event: AllowedEvent): object;
  /** The client has declared these tools and no others for the session. */
  declared(tools: ClientTools): void;
}

export type ClientTools = z.output<typeof tools>;

/** What a client is told of an event that goes no further. */
export interface RefusedEvent {
  code: string;
  message: string;
  param?: string;
  eventId?: string;
}

/** The audio formats that a `session.update` sets, where it does: `audio/pcm`, `audio/pcmu` or `audio/pcma`. */
export interface AudioFormats {
  input?: string;
  output?: string;
}

/** What becomes of a client's event. */
export type PolicyVerdict =
  | { forward: string; type: string; eventId?: string; formats?: AudioFormats; tools?: ClientTools }
  | { refuse: RefusedEvent };

/**
 * Decides on one event of a client, by the allow-list above. Pure.
 * @param rules of a session that has some
 */
export function applyPolicy(message: Buffer, rules?: EventRules): PolicyVerdict {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message.toString());
  } catch {
    return { refuse: { code: "invalid_json", message: "The message is not valid JSON." } };
  }
  const head = z.object({ type: z.string(), event_id: eventId }).safeParse(parsed);
  if (!head.success) {
    const param = head.error.issues[0]?.path.join(".") || "type";
    const message = param === "type" ? "An event is an object with a type." : `${param}: is invalid`;
    return { refuse: { code: "invalid_event", message, param } };
  }
  const { type, event_id } = head.data;
  const refused = (code: string, reason: string, param?: string): PolicyVerdict => ({
    refuse: { code, message: reason, param, eventId: event_id },
  });
  if (!Object.hasOwn(events, type))
    return refused("unknown_event", "This event is unknown or not allowed.", "type");
  const allowed = events[type as keyof typeof events].safeParse(parsed);
  if (!allowed.success) {
    const issue = allowed.error.issues[0];
    const param = (issue?.path ?? []).join(".");
    return refused("invalid_event", `${param || "event"}: ${issue?.message ?? "is invalid"}`, param);
  }
  const event = { type, event_id, ...allowed.data } as AllowedEvent;
  const misfit = rules?.misfit(event);
  if (misfit) return refused("invalid_event", `${misfit.param}: ${misfit.reason}`, misfit.param);
  try {
    const forward = JSON.stringify(rules ? rules.complete(event) : event);
    if (!("session" in allowed.data)) return { forward, type, eventId: event_id };
    const { session } = allowed.data;
    return { forward, type, eventId: event_id, formats: formatsOf(session), tools: session.tools };
  } catch {
    // JSON.parse takes any depth, JSON.stringify throws where the stack ends.
    return refused("invalid_event", "The event is nested too deeply.");
  }
}

function formatsOf({ audio }: z.output<typeof sessionFields>): AudioFormats {
  return { input: audio?.input?.format?.type, output: audio?.output?.format?.type };
}
