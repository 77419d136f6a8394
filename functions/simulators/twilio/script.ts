import { z } from "zod";

const milliseconds = z.number().min(0).max(86_400_000);
const probability = z.number().min(0).max(1);

/** When a step begins; at most one, and at once after the step before it when none is given. */
const when = {
  /** Since the stream began. */
  atMs: milliseconds.optional(),
  /** After the step before has ended. */
  afterMs: milliseconds.optional(),
  /** After the assistant, having spoken since the step before, has been silent for so long. */
  afterReplyMs: milliseconds.optional(),
  /** After the assistant, since the step before, began to speak: a barge-in. */
  intoReplyMs: milliseconds.optional(),
};

const toneSchema = z.strictObject({
  ms: milliseconds,
  hz: z.number().min(20).max(4_000).default(440),
  amplitude: probability.default(0.3),
});

const SOUNDS = ["wav", "tone", "speechMs"];
const ACTIONS = [...SOUNDS, "digits", "pauseMediaMs", "hangUp", "cutStream"];

/** What the caller does next: exactly one thing. */
const stepSchema = z
  .strictObject({
    ...when,
    /** A PCM16 WAV file, spoken whole. */
    wav: z.string().optional(),
    tone: toneSchema.optional(),
    /** A synthetic voice, in syllables, without words. */
    speechMs: milliseconds.optional(),
    /** What the sound says: a transcript of the call's recording has it. */
    text: z.string().min(1).max(20_000).optional(),
    /** Keys pressed, one each 100 ms. */
    digits: z
      .string()
      .regex(/^[0-9*#]{1,64}$/)
      .optional(),
    /** No media is sent for so long, as when the network loses it. */
    pauseMediaMs: milliseconds.optional(),
    /** The caller hangs up. */
    hangUp: z.literal(true).optional(),
    /** The stream's socket is cut without a close, as when Twilio loses it; the call goes on. */
    cutStream: z.literal(true).optional(),
  })
  .refine((step) => given(step, Object.keys(when)) <= 1, { error: "a step has at most one time to begin" })
  .refine((step) => given(step, ACTIONS) === 1, {
    error: `a step does exactly one of ${ACTIONS.join(", ")}`,
  })
  .refine((step) => step.text === undefined || given(step, SOUNDS) === 1, {
    error: `text goes with one of ${SOUNDS.join(", ")}`,
  });

function given(step: Record<string, unknown>, names: string[]): number {
  return names.filter((name) => step[name] !== undefined).length;
}

/** What a callback reports; status callbacks first. */
export const CALLBACK_EVENTS = [
  "initiated",
  "ringing",
  "answered",
  "completed",
  "recording",
  "amd",
  "stream",
] as const;

const callbacksSchema = z.strictObject({
  /** How many times more each is delivered. */
  duplicate: z.int().min(0).max(20).default(0),
  /** Other than in order, status callbacks are held until the call has ended. */
  order: z.enum(["inOrder", "reverse", "shuffled"]).default("inOrder"),
  delayMs: milliseconds.default(0),
  drop: z.array(z.enum(CALLBACK_EVENTS)).default([]),
  /** How many times more one is tried that is not answered with 2xx. */
  retries: z.int().min(0).max(10).default(0),
});

/** The body of `POST /control/twilio/script`: how the other party, and Twilio, behave in calls begun from now on. */
export const scriptSchema = z.strictObject({
  /** Only for calls with this other party; for all that have no script of their own when left out. */
  number: z.string().optional(),
  answer: z.enum(["answer", "busy", "no-answer", "failed"]).default("answer"),
  queuedMs: milliseconds.default(10),
  ringMs: milliseconds.default(50),
  /** What answering machine detection finds, where a call asks for it, and how long that takes. */
  answeredBy: z
    .enum([
      "human",
      "fax",
      "machine_start",
      "machine_end_beep",
      "machine_end_silence",
      "machine_end_other",
      "unknown",
    ])
    .default("human"),
  amdMs: milliseconds.default(500),
  caller: z.strictObject({ says: z.array(stepSchema).max(10_000).default([]) }).prefault({}),
  /** The other party hangs up so long after the answer, whatever else happens. */
  hangUpAfterMs: milliseconds.optional(),
  callbacks: callbacksSchema.prefault({}),
  price: z
    .strictObject({ amount: z.string().default("-0.0140"), afterMs: milliseconds.default(1_000) })
    .prefault({}),
  /** How long each `<Say>` and `<Play>` takes. */
  sayMs: milliseconds.default(200),
  /** How a number that `<Dial>` calls answers, and how long that call lasts. */
  dial: z
    .strictObject({
      status: z.enum(["completed", "busy", "no-answer", "failed"]).default("completed"),
      ms: milliseconds.default(100),
    })
    .prefault({}),
  /** False keeps no sound, only its count: for many calls at once. */
  keepAudio: z.boolean().default(true),
});

export type Script = z.infer<typeof scriptSchema>;
export type ScriptInput = z.input<typeof scriptSchema>;
export type CallerStep = z.infer<typeof stepSchema>;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];
