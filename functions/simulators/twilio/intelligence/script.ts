import { z } from "zod";

const milliseconds = z.number().min(0).max(86_400_000);
/** Since the recording began. */
const seconds = z.number().nullable();

const wordSchema = z.strictObject({ word: z.string().max(1_000), start: seconds, end: seconds });

const sentenceSchema = z.strictObject({
  /** 1 is the other party, 2 the application, where the recording has two. */
  channel: z.int().min(0).max(9),
  start: seconds,
  end: seconds,
  text: z.string().max(20_000),
  confidence: z.number().nullable().default(0.9),
  /** Spread over its time by their length when left out; null where Twilio has none. */
  words: z.array(wordSchema).max(10_000).nullable().optional(),
  /** What is shown of it unless `Redacted=false` is asked for. */
  redactedText: z.string().max(20_000).optional(),
});

/** Where and how the application is told of a transcript; in Twilio's console a service has that. */
const webhookSchema = z.strictObject({
  /** `PUBLIC_URL/twilio/intelligence` when left out. */
  url: z.url({ protocol: /^https?$/ }).optional(),
  method: z.enum(["GET", "POST"]).default("POST"),
  /** Before the transcript is there: while it is created, even before the answer to that, or once it is in progress. */
  sendAt: z.enum(["created", "inProgress", "done"]).default("done"),
  delayMs: milliseconds.default(0),
  /** How many times more it is delivered. */
  duplicate: z.int().min(0).max(20).default(0),
  /** Never by itself; `POST /control/twilio/transcripts/webhook` still sends it. */
  drop: z.boolean().default(false),
  /** How many times more it is tried without an answer, or one of 5xx, 408, 425 or 429; and how long after. */
  retries: z.int().min(0).max(10).default(0),
  retryMs: milliseconds.default(50),
  /** Twilio documents an event for a transcript that is available, and none for one that failed. */
  whenFailed: z.boolean().default(false),
  /** Set over what it tells. */
  fields: z.record(z.string(), z.unknown()).default({}),
});

/** The body of `POST /control/twilio/intelligence`: how transcripts created from now on turn out. */
export const intelligenceSchema = z
  .strictObject({
    /** Only of this recording. */
    recordingSid: z
      .string()
      .regex(/^RE[0-9a-f]{32}$/)
      .optional(),
    /** Only of calls with this other party. With neither, of all that have no script of their own. */
    number: z.string().optional(),
    /** Whether the service that it is created in exists. */
    service: z.enum(["known", "unknown"]).default("known"),
    /** How long the answer to its creation takes, while it goes on. */
    answerMs: milliseconds.default(0),
    /** How long it is queued, and how long in progress after that. */
    queuedMs: milliseconds.default(20),
    delayMs: milliseconds.default(100),
    /** When left out, it fails for a recording of less than two seconds whose sentences are not given here. */
    status: z.enum(["completed", "failed"]).optional(),
    /** In this order. When left out, what the call's scripts say was said. */
    sentences: z.array(sentenceSchema).max(20_000).optional(),
    /** So many made up, on both channels in turn, three seconds each. */
    sentencesCount: z.int().min(0).max(20_000).optional(),
    languageCode: z.string().default("en-US"),
    /** Twilio's reference once had times and confidences as numbers, and has them as strings now. */
    decimals: z.enum(["string", "number"]).default("string"),
    webhook: webhookSchema.prefault({}),
  })
  .refine((script) => script.recordingSid === undefined || script.number === undefined, {
    error: "a script is for one recording or for one number",
  })
  .refine((script) => script.sentences === undefined || script.sentencesCount === undefined, {
    error: "give either sentences or sentencesCount",
  });

export type IntelligenceScript = z.infer<typeof intelligenceSchema>;
export type IntelligenceInput = z.input<typeof intelligenceSchema>;
export type ScriptedSentence = z.infer<typeof sentenceSchema>;
