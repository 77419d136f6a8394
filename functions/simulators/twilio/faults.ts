import { z } from "zod";

/** What can be told to fail; the names are those of the REST operations. */
export const FAULTY = [
  "create",
  "fetch",
  "update",
  "list",
  "delete",
  "token",
  "recordings",
  "recording",
  "deleteRecording",
  "media",
  "transcript.create",
  "transcript.fetch",
  "transcript.list",
  "transcript.delete",
  "sentences",
  "operatorResults",
] as const;

/** The body of `POST /control/twilio/faults`. */
export const faultSchema = z.strictObject({
  on: z.enum(FAULTY),
  /** Left out, the connection is cut instead, unless it only hangs for a while. */
  status: z.int().min(400).max(599).optional(),
  /** Twilio's error code in the body. */
  code: z.int().min(0).max(99_999).default(20_500),
  times: z.int().min(1).max(1_000_000).default(1),
  /** How long nothing is answered before that. */
  hangMs: z.number().min(0).max(3_600_000).default(0),
  /** What was asked is done, and only the answer is lost. */
  afterCreating: z.boolean().default(false),
  /** Only for calls to this number; needs `on: "create"`. */
  to: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type Faulty = Fault["on"];

/** Faults that wait for a request to strike, in the order they were asked for. */
export class FaultQueue {
  private waiting: Fault[] = [];

  add(input: FaultInput): Fault {
    const fault = faultSchema.parse(input);
    this.waiting.push({ ...fault });
    return fault;
  }

  /** The fault that this request meets, used up by it. */
  take(on: Faulty, to: string | null): Fault | undefined {
    const fault = this.waiting.find((one) => one.on === on && (one.to === undefined || one.to === to));
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
