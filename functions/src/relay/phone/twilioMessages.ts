import { z } from "zod";
import { isBase64 } from "./muLaw";

// https://www.twilio.com/docs/voice/media-streams/websocket-messages

const QUOTE = 0x22;
const MEDIA_HEAD = Buffer.from('{"event":"media"');
const PAYLOAD_KEY = Buffer.from('"payload":"');

const start = z.looseObject({
  event: z.literal("start"),
  // Stands in every message that is sent.
  streamSid: z.string().regex(/^[A-Za-z0-9]{1,64}$/),
  start: z.looseObject({
    callSid: z.string().max(64),
    mediaFormat: z.looseObject({
      encoding: z.literal("audio/x-mulaw"),
      sampleRate: z.literal(8_000),
      channels: z.literal(1),
    }),
    customParameters: z.looseObject({ token: z.string() }),
  }),
});
/** A stream's first message but one: which call it is of, and the token that our TwiML gave it. */
export type StreamStart = z.output<typeof start>;

const message = z.discriminatedUnion("event", [
  z.looseObject({ event: z.literal("connected") }),
  start,
  z.looseObject({
    event: z.literal("media"),
    media: z.looseObject({
      track: z.string().optional(),
      payload: z
        .string()
        .transform((payload) => Buffer.from(payload, "latin1"))
        .refine(isBase64),
    }),
  }),
  z.looseObject({ event: z.literal("mark"), mark: z.looseObject({ name: z.string() }) }),
  z.looseObject({ event: z.literal("dtmf"), dtmf: z.looseObject({ digit: z.string() }) }),
  z.looseObject({ event: z.literal("stop") }),
]);
export type TwilioMessage = z.output<typeof message>;

/** A message of Twilio's; `malformed` for what is none, `unknown` for an event that we do not know. */
export function parseTwilio(frame: Buffer): TwilioMessage | "malformed" | "unknown" {
  let parsed: unknown;
  try {
    parsed = JSON.parse(frame.toString());
  } catch {
    return "malformed";
  }
  const known = message.safeParse(parsed);
  if (known.success) return known.data;
  const event = z.looseObject({ event: z.string() }).safeParse(parsed);
  return event.success && !EVENTS.has(event.data.event) ? "unknown" : "malformed";
}

const EVENTS: ReadonlySet<string> = new Set(message.options.map((option) => option.shape.event.value));

/**
 * The caller's audio in a `media` message as Twilio writes it, found without parsing; undefined for all others. On the
 * hot path: 50 times a second and call.
 */
export function peekMedia(frame: Buffer): Buffer | undefined {
  if (
    frame.length < MEDIA_HEAD.length ||
    frame.compare(MEDIA_HEAD, 0, MEDIA_HEAD.length, 0, MEDIA_HEAD.length)
  ) {
    return undefined;
  }
  const key = frame.indexOf(PAYLOAD_KEY, MEDIA_HEAD.length);
  if (key < 0) return undefined;
  const from = key + PAYLOAD_KEY.length;
  const end = frame.indexOf(QUOTE, from);
  if (end < 0) return undefined;
  const payload = frame.subarray(from, end);
  return isBase64(payload) ? payload : undefined;
}

/** What is sent to one stream. */
export class StreamFrames {
  readonly clear: string;
  readonly #mediaHead: Buffer;
  readonly #markHead: string;

  constructor(streamSid: string) {
    const head = (event: string) => `{"event":"${event}","streamSid":"${streamSid}"`;
    this.clear = `${head("clear")}}`;
    this.#mediaHead = Buffer.from(`${head("media")},"media":{"payload":"`);
    this.#markHead = `${head("mark")},"mark":{"name":`;
  }

  /** @param payload µ-law, base64 */
  media(payload: Buffer): Buffer {
    return enclose(this.#mediaHead, payload, MEDIA_TAIL);
  }

  mark(name: string): string {
    return `${this.#markHead}${JSON.stringify(name)}}}`;
  }
}

const MEDIA_TAIL = Buffer.from('"}}');

/** A message from its parts, in one piece of memory. */
export function enclose(head: Buffer, middle: Buffer, tail: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(head.length + middle.length + tail.length);
  whole.set(head);
  whole.set(middle, head.length);
  whole.set(tail, head.length + middle.length);
  return whole;
}
