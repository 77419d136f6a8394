import { z } from "zod";

/** The body of `POST /control/vapi/faults`. */
export const faultSchema = z
  .strictObject({
    on: z.enum(["assistant", "call"]).default("assistant"),
    /** Only about this assistant: others may be tested at the same time. */
    assistantId: z.string().optional(),
    times: z.int().min(1).max(1_000_000).default(1),
    /** How long nothing is answered before what follows; then as ever, where nothing else is asked for. */
    latencyMs: z.number().min(0).max(3_600_000).default(0),
    status: z.int().min(400).max(599).optional(),
    /** Never answered. */
    hang: z.literal(true).optional(),
    /** The connection is cut. */
    drop: z.literal(true).optional(),
    /** 200, and what is no JSON, or another's. */
    malformed: z.enum(["html", "empty", "other"]).optional(),
  })
  .refine((fault) => fault.latencyMs > 0 || isEffective(fault), {
    error: "a fault has latencyMs, status, hang, drop or malformed",
  });
export type Fault = z.output<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

function isEffective({ status, hang, drop, malformed }: Record<string, unknown>): boolean {
  return [status, hang, drop, malformed].some((effect) => effect !== undefined);
}

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
  take(on: Fault["on"], assistantId: string | undefined): Fault | undefined {
    const fault = this.waiting.find(
      (one) => one.on === on && (one.assistantId === undefined || one.assistantId === assistantId),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    if (fault.times === 0) this.waiting = this.waiting.filter((one) => one !== fault);
    return fault;
  }

  clear(): void {
    this.waiting = [];
  }

  get pending(): readonly Fault[] {
    return this.waiting;
  }
}
