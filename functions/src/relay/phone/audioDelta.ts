import { z } from "zod";
import { isBase64 } from "./muLaw";

/** A piece of the model's audio, base64 as it came, and what it is of. */
export interface AudioDelta {
  responseId: string | undefined;
  itemId: string;
  payload: Buffer;
}

const QUOTE = 0x22;
const DELTA_KEY = Buffer.from(',"delta":"');
const ITEM_ID = /"item_id":"([^"\\]+)"/;
const RESPONSE_ID = /"response_id":"([^"\\]+)"/;
const event = z.looseObject({ response_id: z.string().optional(), item_id: z.string(), delta: z.string() });

/** Reads a `response.output_audio.delta`, without parsing where it is written as the model does; undefined for none. */
export function audioDelta(frame: Buffer): AudioDelta | undefined {
  return peek(frame) ?? parse(frame);
}

function peek(frame: Buffer): AudioDelta | undefined {
  const key = frame.indexOf(DELTA_KEY);
  if (key < 0) return undefined;
  const head = frame.toString("latin1", 0, key);
  const itemId = ITEM_ID.exec(head)?.[1];
  const from = key + DELTA_KEY.length;
  const end = frame.indexOf(QUOTE, from);
  if (itemId === undefined || end < 0) return undefined;
  const payload = frame.subarray(from, end);
  if (!isBase64(payload)) return undefined;
  return { responseId: RESPONSE_ID.exec(head)?.[1], itemId, payload };
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
