import type { RealtimeClientEvent } from "openai/resources/realtime/realtime";
import { z } from "zod";
import { InvalidRequest, parseOrRefuse, unsupportedValue } from "./invalidRequest.js";

const eventId = z.string().max(512).optional();
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), event_id: eventId });
const withItemId = <T extends string>(type: T) => bare(type).extend({ item_id: z.string() });

/** All 11 client events; the checks of `session`, `item` and `response` come later, where they are used. */
const SCHEMAS = {
  "session.update": bare("session.update").extend({ session: z.looseObject({}) }),
  "input_audio_buffer.append": bare("input_audio_buffer.append").extend({ audio: z.string() }),
  "input_audio_buffer.commit": bare("input_audio_buffer.commit"),
  "input_audio_buffer.clear": bare("input_audio_buffer.clear"),
  "output_audio_buffer.clear": bare("output_audio_buffer.clear"),
  "conversation.item.create": bare("conversation.item.create").extend({
    item: z.looseObject({}),
    previous_item_id: z.string().nullable().optional(),
  }),
  "conversation.item.delete": withItemId("conversation.item.delete"),
  "conversation.item.retrieve": withItemId("conversation.item.retrieve"),
  "conversation.item.truncate": withItemId("conversation.item.truncate").extend({
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
  }),
  "response.create": bare("response.create").extend({ response: z.looseObject({}).nullable().optional() }),
  "response.cancel": bare("response.cancel").extend({ response_id: z.string().optional() }),
} satisfies Record<RealtimeClientEvent["type"], z.ZodType>;

type Schemas = typeof SCHEMAS;

/** A client event whose own fields are checked. */
export type ClientEvent = { [Type in keyof Schemas]: z.infer<Schemas[Type]> }[keyof Schemas];
export type ClientEventOf<Type extends ClientEvent["type"]> = Extract<ClientEvent, { type: Type }>;

/** A message as JSON; throws {@link InvalidRequest} when it is none, or no object. */
export function parseJsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidRequest("invalid_json", "We could not parse the JSON body of your event.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidRequest("invalid_event", "An event must be a JSON object.");
  }
  return value as Record<string, unknown>;
}

/** Checks an event's type and fields; throws {@link InvalidRequest} naming the field. */
export function checkClientEvent(value: Record<string, unknown>): ClientEvent {
  const { type } = value;
  if (type === undefined) {
    throw new InvalidRequest("missing_required_parameter", "Missing required parameter: 'type'.", "type");
  }
  if (!isClientEventType(type)) throw unsupportedValue("type", type, Object.keys(SCHEMAS));
  return parseOrRefuse<ClientEvent>(SCHEMAS[type], value);
}

function isClientEventType(type: unknown): type is ClientEvent["type"] {
  return typeof type === "string" && Object.hasOwn(SCHEMAS, type);
}
