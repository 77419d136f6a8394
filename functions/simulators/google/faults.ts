import { z } from "zod";
import { type Caller, isOf, type Whose, whoseSchema } from "./caller.js";

const EFFECTS = ["status", "hang", "drop", "malformed"] as const;

/** The body of `POST /control/google/faults`: which requests fail, and how. */
export const faultSchema = z
  .strictObject({
    ...whoseSchema.shape,
    /** An operation by the name that the log has: `events.insert`, `token.refresh`. */
    on: z.string().optional(),
    method: z.string().toUpperCase().optional(),
    /** The path, with `*` for anything but a slash and `**` for anything: `/calendar/v3/**`. */
    path: z.string().startsWith("/").optional(),
    times: z.int().min(1).max(1_000_000).default(1),
    /** How many such requests it lets pass before. */
    skip: z.int().min(0).max(1_000_000).default(0),
    /** How long nothing is answered before that; alone, the answer is only late. */
    latencyMs: z.number().min(0).max(3_600_000).default(0),
    status: z.int().min(400).max(599).optional(),
    /** Google's reason, or OAuth's `error`; what goes with the status when left out. */
    reason: z.string().optional(),
    message: z.string().optional(),
    retryAfterSeconds: z.int().min(0).optional(),
    /** Never answered. */
    hang: z.literal(true).optional(),
    /** The connection is cut: before an answer, or in the midst of what is done and answered. */
    drop: z.enum(["before", "midway"]).optional(),
    /** 200 and what is no JSON. */
    malformed: z.enum(["truncated", "html", "empty"]).optional(),
    /** What was asked is done, and only the answer is lost. */
    afterDoing: z.boolean().default(false),
  })
  .refine((fault) => EFFECTS.filter((name) => fault[name] !== undefined).length <= 1, {
    error: `a fault is at most one of ${EFFECTS.join(", ")}`,
  })
  .refine((fault) => fault.latencyMs > 0 || EFFECTS.some((name) => fault[name] !== undefined), {
    error: `a fault has latencyMs or one of ${EFFECTS.join(", ")}`,
  });

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
/** What a failure's answer is made of. */
export type FaultAnswer = Pick<Fault, "reason" | "message" | "retryAfterSeconds"> & { status: number };

/** Faults that wait for a request to strike, in the order they were asked for. */
export class FaultQueue {
  private waiting: Fault[] = [];

  /** @throws ZodError */
  add(input: FaultInput): Fault {
    const fault = faultSchema.parse(input);
    this.waiting.push({ ...fault });
    return fault;
  }

  /** The fault that this request meets, used up by it. */
  take(request: { operation: string; method: string; path: string }, caller: Caller): Fault | undefined {
    const fault = this.waiting.find((one) => isOf(caller, one) && isAbout(one, request));
    if (!fault) return undefined;
    if (fault.skip > 0) {
      fault.skip -= 1;
      return undefined;
    }
    fault.times -= 1;
    if (fault.times === 0) this.waiting = this.waiting.filter((one) => one !== fault);
    return fault;
  }

  /** Takes back those that are meant for these alone. */
  clear(whose: Whose = {}): void {
    this.waiting = this.waiting.filter((fault) => !isMeantFor(fault, whose));
  }

  pending(whose: Whose = {}): Fault[] {
    return this.waiting.filter((fault) => isMeantFor(fault, whose));
  }
}

function isMeantFor({ clientId, account }: Fault, whose: Whose): boolean {
  return isOf({ clientId: clientId ?? null, account: account ?? null }, whose);
}

function isAbout(fault: Fault, request: { operation: string; method: string; path: string }): boolean {
  return (
    (fault.on === undefined || fault.on === request.operation) &&
    (fault.method === undefined || fault.method === request.method) &&
    (fault.path === undefined || patternOf(fault.path).test(request.path))
  );
}

function patternOf(path: string): RegExp {
  const literal = path.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replace(/\*+/g, (stars) => (stars.length > 1 ? ".*" : "[^/]*"))}$`);
}
