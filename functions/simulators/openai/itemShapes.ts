import { z } from "zod";
import { type AudioFormatType, bytesPerMs, decodeAudio, isWholeSamples, rateOf } from "./audioFormats.js";
import type { ContentPart, Item, StoredItem } from "./conversation.js";
import { newId } from "./ids.js";
import { InvalidRequest, parseOrRefuse, unsupportedValue } from "./invalidRequest.js";
import { speechSpanMs } from "./vad.js";

const base = {
  id: z.string().min(1).max(64).optional(),
  object: z.literal("realtime.item").optional(),
  status: z.enum(["completed", "incomplete", "in_progress"]).optional(),
};

const inputText = z.strictObject({ type: z.literal("input_text"), text: z.string() });
const inputAudio = z.strictObject({
  type: z.literal("input_audio"),
  audio: z.string(),
  transcript: z.string().nullable().optional(),
});
const inputImage = z.strictObject({
  type: z.literal("input_image"),
  image_url: z.string(),
  detail: z.enum(["auto", "low", "high"]).optional(),
});
const outputText = z.strictObject({ type: z.literal("output_text"), text: z.string() });

/** Parts by type, per role; a client cannot put assistant audio into the history. */
const PARTS: Record<string, Record<string, z.ZodType<ContentPart & { audio?: string }>>> = {
  user: { input_text: inputText, input_audio: inputAudio, input_image: inputImage },
  system: { input_text: inputText },
  assistant: { output_text: outputText },
};

const message = z.strictObject({
  ...base,
  type: z.literal("message"),
  role: z.enum(["user", "assistant", "system"]),
  content: z.array(z.looseObject({ type: z.string() })),
});
const functionCall = z.strictObject({
  ...base,
  type: z.literal("function_call"),
  name: z.string(),
  call_id: z.string().optional(),
  arguments: z.string(),
});
const functionCallOutput = z.strictObject({
  ...base,
  type: z.literal("function_call_output"),
  call_id: z.string(),
  output: z.string(),
});

const ITEM_TYPES = ["message", "function_call", "function_call_output"];

/**
 * Checks an item from a client and gives it its id and status; `param` is where it stands in the event.
 * MCP items are not simulated. Throws {@link InvalidRequest}.
 */
export function storedItemOf(
  value: Record<string, unknown>,
  param: string,
  format: AudioFormatType,
): StoredItem {
  if (value.type === undefined) {
    throw new InvalidRequest(
      "missing_required_parameter",
      `Missing required parameter: '${param}.type'.`,
      `${param}.type`,
    );
  }
  if (value.type === "message") return storedMessage(parseOrRefuse(message, value, param), param, format);
  if (value.type === "function_call") {
    const call = parseOrRefuse(functionCall, value, param);
    return { item: { ...call, ...identityOf(call), call_id: call.call_id ?? newId("call") } };
  }
  if (value.type === "function_call_output") {
    const output = parseOrRefuse(functionCallOutput, value, param);
    return { item: { ...output, ...identityOf(output) } };
  }
  throw unsupportedValue(`${param}.type`, value.type, ITEM_TYPES);
}

/** Base64 audio to bytes, refusing what is no base64 or cuts a sample in two. */
export function audioBytes(base64: string, param: string, format: AudioFormatType): Buffer {
  const bytes = Buffer.from(base64, "base64");
  const unpadded = base64.length - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
  if (bytes.length === Math.floor((unpadded * 3) / 4) && isWholeSamples(format, bytes.length)) return bytes;
  const message = `Invalid '${param}'. Expected base64-encoded audio bytes (${format}) but got an invalid value.`;
  throw new InvalidRequest("invalid_value", message, param);
}

function storedMessage(given: z.infer<typeof message>, param: string, format: AudioFormatType): StoredItem {
  const parts = given.content.map((part, index) =>
    checkedPart(given.role, part, `${param}.content[${index}]`),
  );
  const sound = parts.find((part) => part.audio !== undefined)?.audio;
  const content = parts.map(({ audio, ...part }) => {
    return part.type === "input_audio" ? { ...part, transcript: part.transcript ?? null } : part;
  });
  const item: Item = { ...identityOf(given), type: "message", role: given.role, content };
  if (sound === undefined) return { item };
  const bytes = audioBytes(sound, `${param}.content`, format);
  const speechMs = speechSpanMs(decodeAudio(format, bytes), rateOf(format));
  return { item, speechMs, audio: { ms: bytes.length / bytesPerMs(format), bytes: [bytes], format } };
}

function checkedPart(role: string, part: { type: string }, param: string): ContentPart & { audio?: string } {
  const allowed = PARTS[role] ?? {};
  const schema = Object.hasOwn(allowed, part.type) ? allowed[part.type] : undefined;
  if (!schema) throw unsupportedValue(`${param}.type`, part.type, Object.keys(allowed));
  return parseOrRefuse(schema, part, param);
}

function identityOf(given: { id?: string | undefined; status?: Item["status"] | undefined }) {
  return {
    id: given.id ?? newId("item"),
    object: "realtime.item" as const,
    status: given.status ?? ("completed" as const),
  };
}
