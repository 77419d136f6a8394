import { z } from "zod";
import { redact } from "../core/log";

// The model's events that matter to the relay, and of them the fields that do. Loose: what else they carry, and all
// other events, go to the client as they came.
// https://developers.openai.com/api/reference/resources/realtime/server-events

const content = z.array(
  z.looseObject({
    type: z.string(),
    text: z.string().nullish(),
    transcript: z.string().nullish(),
  }),
);
const item = z.looseObject({
  id: z.string(),
  type: z.string(),
  role: z.string().optional(),
  status: z.string().optional(),
  content: content.optional(),
});
export type ModelItem = z.output<typeof item>;

const failure = z.looseObject({
  type: z.string().nullish(),
  code: z.string().nullish(),
  message: z.string().nullish(),
});

const modalityTokens = z
  .looseObject({ text_tokens: z.number().default(0), audio_tokens: z.number().default(0) })
  .nullish();
const tokenUsage = z
  .looseObject({
    input_token_details: z
      .looseObject({
        text_tokens: z.number().default(0),
        audio_tokens: z.number().default(0),
        cached_tokens_details: modalityTokens,
      })
      .nullish(),
    output_token_details: modalityTokens,
  })
  .nullish();

/** Null for a response beside the conversation. */
const conversationId = z.string().nullish();
const partOfItem = { item_id: z.string() };

/** Every event that the relay reads, by its type. */
export const serverEvent = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("session.created") }),
  z.looseObject({ type: z.literal("session.updated") }),
  z.looseObject({
    type: z.literal("conversation.item.added"),
    previous_item_id: z.string().nullish(),
    item,
  }),
  z.looseObject({ type: z.literal("conversation.item.done"), item }),
  z.looseObject({ type: z.literal("conversation.item.retrieved"), item }),
  z.looseObject({
    type: z.literal("conversation.item.truncated"),
    ...partOfItem,
    audio_end_ms: z.number(),
  }),
  z.looseObject({
    type: z.literal("conversation.item.input_audio_transcription.completed"),
    ...partOfItem,
    transcript: z.string(),
  }),
  z.looseObject({
    type: z.literal("conversation.item.input_audio_transcription.failed"),
    ...partOfItem,
    error: failure.nullish(),
  }),
  z.looseObject({ type: z.literal("input_audio_buffer.speech_started"), ...partOfItem }),
  z.looseObject({ type: z.literal("input_audio_buffer.speech_stopped") }),
  z.looseObject({
    type: z.literal("response.output_audio_transcript.delta"),
    ...partOfItem,
    delta: z.string(),
  }),
  z.looseObject({ type: z.literal("response.output_text.delta"), ...partOfItem, delta: z.string() }),
  z.looseObject({ type: z.literal("response.output_item.done"), item }),
  z.looseObject({
    type: z.literal("response.created"),
    response: z
      .looseObject({
        id: z.string(),
        conversation_id: conversationId,
        metadata: z.record(z.string(), z.unknown()).nullish(),
      })
      .optional(),
  }),
  z.looseObject({
    type: z.literal("response.done"),
    response: z.looseObject({
      id: z.string(),
      conversation_id: conversationId,
      status: z.string().nullish(),
      status_details: z
        .looseObject({
          error: failure.nullish(),
        })
        .nullish(),
      output: z.array(item).optional(),
      usage: tokenUsage,
    }),
  }),
  z.looseObject({
    type: z.literal("error"),
    error: failure.extend({ event_id: z.string().nullish() }),
  }),
]);
export type ServerEvent = z.output<typeof serverEvent>;

/** The types of `serverEvent`: all others are forwarded unparsed. */
export const READ_TYPES: ReadonlySet<string> = new Set(
  serverEvent.options.map((option) => option.shape.type.value),
);

/** A response was asked for while another was being made. */
export const RESPONSE_IN_THE_WAY = "conversation_already_has_active_response";

const ACCOUNT_CODES = new Set([
  "insufficient_quota",
  "invalid_api_key",
  "account_deactivated",
  "billing_hard_limit_reached",
]);
const FATAL_CODES = new Set([
  ...ACCOUNT_CODES,
  "beta_api_shape_disabled",
  "session_expired",
  "model_not_found",
]);

/** Codes that are told apart in metrics: those that are fatal, and those that clients cause now and then. */
const COUNTED_CODES = new Set([
  ...FATAL_CODES,
  "rate_limit_exceeded",
  "server_error",
  "invalid_value",
  "invalid_type",
  "unknown_parameter",
  "missing_required_parameter",
  RESPONSE_IN_THE_WAY,
  "response_cancel_not_active",
  "input_audio_buffer_commit_empty",
  "item_not_found",
]);

/** The code of the failure that an event tells of, `other` for one that is not known; undefined where it tells of none. */
export function countedCode(event: ServerEvent): string | undefined {
  const error = failureOf(event);
  if (!error) return undefined;
  return error.code && COUNTED_CODES.has(error.code) ? error.code : "other";
}

/** Whether an event says that the key or its account is at fault: another key may do. */
export function blamesKey(event: ServerEvent): boolean {
  return ACCOUNT_CODES.has(failureOf(event)?.code ?? "");
}

/** Whether an event means that the session cannot go on; its text may then speak of our account and key. */
export function isFatal(event: ServerEvent): boolean {
  const error = failureOf(event);
  return error !== undefined && FATAL_CODES.has(error.code ?? "");
}

/**
 * The event as a client may see it. What the provider says of a failure of its own goes no further than its code; the
 * message of an `invalid_request_error` says what the client did wrong, and stays.
 */
export function withoutProviderText(event: ServerEvent): ServerEvent {
  const error = failureOf(event);
  if (!error) return event;
  if (event.type === "error" && error.type === "invalid_request_error") return redact(event) as ServerEvent;
  const told = { type: error.type, code: error.code, message: "The model could not do this." };
  if (event.type !== "response.done") return { ...event, error: told } as ServerEvent;
  return { ...event, response: { ...event.response, status_details: { type: "failed", error: told } } };
}

/** Whether an event carries words of the provider about a failure. */
export function tellsOfFailure(event: ServerEvent): boolean {
  return failureOf(event) !== undefined;
}

function failureOf(event: ServerEvent) {
  if (event.type === "error") return event.error;
  if (event.type === "conversation.item.input_audio_transcription.failed") return event.error ?? undefined;
  if (event.type === "response.done") return event.response.status_details?.error ?? undefined;
  return undefined;
}
