import { z } from "zod";

const matching = {
  /** Only connections with this API key; every key when left out. */
  key: z.string().optional(),
  /** How many connections it strikes. */
  times: z.int().min(1).max(1_000_000).default(1),
};
const afterMs = z.number().min(0).max(3_600_000).default(0);
/** At once after `session.created`, or at the first content of a response. */
const when = z.enum(["connect", "response"]).default("connect");

/** Before the answer to an HTTP request; only at one of the endpoints when it is named. */
const http = { endpoint: z.enum(["chat", "speech", "secrets", "calls", "hangup"]).optional(), ...matching };
/** Within a streamed answer, once so many chunks of it are sent. */
const stream = { afterChunks: z.int().min(0).max(1_000_000).default(2), ...http };
const retryAfterSeconds = z.number().min(0).default(1);

/** The body of `POST /control/openai/faults`. */
export const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("handshake_401"), ...matching }),
  z.strictObject({ kind: z.literal("handshake_429"), retryAfterSeconds, ...matching }),
  z.strictObject({ kind: z.literal("handshake_500"), ...matching }),
  z.strictObject({ kind: z.literal("handshake_hang"), ...matching }),
  z.strictObject({
    kind: z.literal("close_mid_response"),
    /** A close frame with this code; without it the connection is cut. */
    code: z.int().min(1000).max(4999).optional(),
    reason: z.string().max(100).default(""),
    afterMs,
    ...matching,
  }),
  z.strictObject({
    kind: z.literal("silent"),
    when,
    afterMs,
    /** False leaves pings unanswered too. */
    pongs: z.boolean().default(true),
    ...matching,
  }),
  z.strictObject({ kind: z.literal("malformed_event"), when, afterMs, ...matching }),
  z.strictObject({ kind: z.literal("session_limit"), afterMs, ...matching }),
  z.strictObject({ kind: z.literal("http_401"), ...http }),
  z.strictObject({
    kind: z.literal("http_429"),
    retryAfterSeconds,
    /** `insufficient_quota` is the one that waiting does not cure. */
    code: z.enum(["rate_limit_exceeded", "insufficient_quota"]).default("rate_limit_exceeded"),
    ...http,
  }),
  z.strictObject({ kind: z.literal("http_500"), ...http }),
  z.strictObject({ kind: z.literal("http_hang"), ...http }),
  z.strictObject({ kind: z.literal("stream_stall"), ...stream }),
  z.strictObject({ kind: z.literal("stream_garbage"), ...stream }),
  z.strictObject({ kind: z.literal("stream_cut"), ...stream }),
  z.strictObject({ kind: z.literal("stream_error"), ...stream }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;
export type HandshakeFault = FaultOf<Extract<Fault["kind"], `handshake_${string}`>>;
export type HttpFault = FaultOf<Extract<Fault["kind"], `http_${string}`>>;
export type StreamFault = FaultOf<Extract<Fault["kind"], `stream_${string}`>>;
export type SessionFault = Exclude<Fault, HandshakeFault | HttpFault | StreamFault>;
/** The HTTP endpoints that can fail on demand. */
export type FaultyEndpoint = NonNullable<HttpFault["endpoint"]>;
