import { z } from "zod";
import { isBase64 } from "./muLaw";

/** A piece of the model's audio, base64 as it came, and what it is of. */
export interface AudioDelta {
  responseId: string | undefined;
  itemId: string;
  payload: Buffer;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DELTA_KEY = Buffer.from(',"delta":"');
const ITEM_KEY = Buffer.from('"item_id":"');
const RESPONSE_KEY = Buffer.from('"response_id":"');
const event = z.looseObject({ response_id: z.string().optional(), item_id: z.string(), delta: z.string() });

/** Reads a `response.output_audio.delta`, without parsing where it is written as the model does; undefined for none. */
export function audioDelta(frame: Buffer): AudioDelta | undefined {
  return peek(frame) ?? parse(frame);
}

function peek(frame: Buffer): AudioDelta | undefined {
  const key = frame.indexOf(DELTA_KEY);
  const itemId = key < 0 ? undefined : textAt(frame, ITEM_KEY, key);
  if (itemId === undefined) return undefined;
  const from = key + DELTA_KEY.length;
  const end = frame.indexOf(QUOTE, from);
  if (end < 0) return undefined;
  const payload = frame.subarray(from, end);
  return isBase64(payload) ? { responseId: textAt(frame, RESPONSE_KEY, key), itemId, payload } : undefined;
}

/** The plain text behind a key that stands before `limit`. A copy of just this: it is kept while the audio is played. */
function textAt(frame: Buffer, key: Buffer, limit: number): string | undefined {
  const at = frame.indexOf(key);
  if (at < 0 || at >= limit) return undefined;
  const from = at + key.length;
  const end = frame.indexOf(QUOTE, from);
  if (end <= from || end > limit || frame.subarray(from, end).includes(BACKSLASH)) return undefined;
  return frame.toString("latin1", from, end);
}

function parse(frame: Buffer): AudioDelta | undefined {
  try {
    const { response_id, item_id, delta } = event.parse(JSON.parse(frame.toString()));
    const payload = Buffer.from(delta, "latin1");
    return isBase64(payload) ? { responseId: response_id, itemId: item_id, payload } : undefined;
  } catch {
    return undefined;
  }
}
