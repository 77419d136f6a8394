import { APPEND_HEAD, APPEND_TAIL } from "./eventType";

// Audio on a client's side may be raw: PCM16, 24 kHz, mono, a frame of any length. On the model's side it is base64 in
// events. Every audio frame of a binary client comes through here.

const BYTES_PER_SAMPLE = 2;
const QUOTE = 0x22;
const DELTA_KEY = Buffer.from(',"delta":"');

/** The length of the event that so many bytes of raw audio become. */
export function appendLength(bytes: number): number {
  return APPEND_HEAD.length + Math.ceil(bytes / 3) * 4 + APPEND_TAIL.length;
}

/** Whether a frame holds samples and no part of one. */
export function isWholeSamples(audio: Buffer): boolean {
  return audio.length % BYTES_PER_SAMPLE === 0;
}

/** Raw audio as an `input_audio_buffer.append` event, to the byte as the official clients write it. */
export function appendOf(audio: Buffer): Buffer {
  const event = Buffer.allocUnsafe(appendLength(audio.length));
  event.set(APPEND_HEAD);
  event.write(audio.toString("base64"), APPEND_HEAD.length, "latin1");
  event.set(APPEND_TAIL, event.length - APPEND_TAIL.length);
  return event;
}

/**
 * The raw audio of a `response.output_audio.delta` event, which is the model's and trusted; undefined where it carries
 * none, or a part of a sample.
 */
export function audioOfDelta(event: Buffer): Buffer | undefined {
  const base64 = peekDelta(event) ?? parsedDelta(event);
  if (base64 === undefined) return undefined;
  const audio = Buffer.from(base64, "base64");
  return isWholeSamples(audio) ? audio : undefined;
}

/** The value of `delta`, found without parsing; undefined where the event is written otherwise than the model does. */
function peekDelta(event: Buffer): string | undefined {
  const key = event.indexOf(DELTA_KEY);
  if (key < 0) return undefined;
  const start = key + DELTA_KEY.length;
  const end = event.indexOf(QUOTE, start);
  const base64 = event.toString("latin1", start, end);
  return end < 0 || base64.includes("\\") ? undefined : base64;
}

function parsedDelta(event: Buffer): string | undefined {
  try {
    const { delta } = JSON.parse(event.toString()) as { delta?: unknown };
    return typeof delta === "string" ? delta : undefined;
  } catch {
    return undefined;
  }
}
