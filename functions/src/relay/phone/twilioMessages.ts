import { z } from "zod";
import { isBase64 } from "./muLaw";

// https://www.twilio.com/docs/voice/media-streams/websocket-messages

const QUOTE = 0x22;
const MEDIA_HEAD = Buffer.from('{"event":"media"');
const MARK_HEAD = Buffer.from('{"event":"mark"');
const NAME_KEY = Buffer.from('"name":"');
const BACKSLASH = 0x5c;
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
  const payload = textIn(frame, MEDIA_HEAD, PAYLOAD_KEY);
  return payload && isBase64(payload) ? payload : undefined;
}

/** The name in a `mark` message as Twilio writes it, found without parsing; undefined for all others. */
export function peekMark(frame: Buffer): string | undefined {
  const name = textIn(frame, MARK_HEAD, NAME_KEY);
  return name && !name.includes(BACKSLASH) ? name.toString("latin1") : undefined;
}

/** What stands in quotes behind `key` in a message that begins with `head`. */
function textIn(frame: Buffer, head: Buffer, key: Buffer): Buffer | undefined {
  if (frame.length < head.length || frame.compare(head, 0, head.length, 0, head.length)) return undefined;
  const at = frame.indexOf(key, head.length);
  if (at < 0) return undefined;
  const from = at + key.length;
  const end = frame.indexOf(QUOTE, from);
  return end < 0 ? undefined : frame.subarray(from, end);
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
    this.#markHead = `${head("mark")},"mark":{"name":"`;
  }

  /** @param payload µ-law, base64 */
  media(payload: Buffer): Buffer {
    return enclose(this.#mediaHead, payload, MEDIA_TAIL);
  }

  /** @param name of letters and digits */
  mark(name: string): Buffer {
    return Buffer.from(`${this.#markHead}${name}"}}`, "latin1");
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
