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

/** The body of `POST /control/openai/faults`. */
export const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("handshake_401"), ...matching }),
  z.strictObject({
    kind: z.literal("handshake_429"),
    retryAfterSeconds: z.number().min(0).default(1),
    ...matching,
  }),
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
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
type FaultOf<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;
export type HandshakeFault = FaultOf<"handshake_401" | "handshake_429" | "handshake_500" | "handshake_hang">;
export type SessionFault = Exclude<Fault, HandshakeFault>;

/** Faults that wait for a connection to strike, in the order they were asked for. */
export class FaultQueue {
  private waiting: Fault[] = [];

  add(fault: FaultInput): Fault {
    const whole = faultSchema.parse(fault);
    this.waiting.push({ ...whole });
    return whole;
  }

  clear(): void {
    this.waiting = [];
  }

  get pending(): readonly Fault[] {
    return this.waiting;
  }

  /** The fault that this key's handshake meets, used up by it. */
  takeForHandshake(key: string | undefined): HandshakeFault | undefined {
    const fault = this.waiting.find((one) => isHandshakeFault(one) && strikes(one, key));
    if (fault) this.use(fault);
    return fault as HandshakeFault | undefined;
  }

  /** The faults that this key's session meets, one of each kind. */
  takeForSession(key: string): SessionFault[] {
    const taken = new Map<string, SessionFault>();
    for (const fault of [...this.waiting]) {
      if (isHandshakeFault(fault) || !strikes(fault, key) || taken.has(fault.kind)) continue;
      taken.set(fault.kind, fault);
      this.use(fault);
    }
    return [...taken.values()];
  }

  private use(fault: Fault): void {
    fault.times -= 1;
    if (fault.times === 0) this.waiting = this.waiting.filter((one) => one !== fault);
  }
}

function isHandshakeFault(fault: Fault): fault is HandshakeFault {
  return fault.kind.startsWith("handshake_");
}

function strikes(fault: Fault, key: string | undefined): boolean {
  return fault.key === undefined || fault.key === key;
}
