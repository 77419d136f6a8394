import { z } from "zod";

/** A turn as the relay recorded it; those of a conversation come in the order of the conversation. */
export interface RelayTurn {
  role: "user" | "assistant";
  content: string;
  /** When it began: a user's with the first sound, an assistant's when the model began to say it. */
  startedAt: Date;
  /** The assistant was cut off. */
  interrupted: boolean;
  /** Milliseconds of the assistant's audio that were heard, where it was cut off and that is known. */
  heardMs?: number;
  /** How sure whoever transcribed it was, 0 to 1. */
  confidence?: number;
}

/** A sentence of Twilio's transcript of a recording. Times are seconds since the recording began. */
export interface TwilioSentence {
  /** Of the recording; Twilio counts them from 1 as a rule. */
  channel: number;
  start: number;
  end: number;
  text: string;
  /** 0 to 1; null where Twilio gave none. */
  confidence: number | null;
  /** When each word begins, in order; none where Twilio did not tell. */
  wordStarts: number[];
}

const decimal = z
  .union([z.number(), z.string().trim().min(1)])
  .transform(Number)
  .pipe(z.number());
const word = z.union([
  z.object({ start_time: decimal }).transform((one) => one.start_time),
  z.object({ startTime: decimal }).transform((one) => one.startTime),
]);
const sentence = z.object({
  mediaChannel: z.number().int(),
  sentenceIndex: z.number().int().catch(0),
  startTime: decimal,
  endTime: decimal,
  transcript: z.string(),
  confidence: decimal.pipe(z.number().min(0).max(1)).nullable().catch(null),
  words: z.array(word).catch([]),
});

/**
 * Sentences as the SDK lists them (`SentenceInstance`: its decimals are strings), by time. One that has no words, or no
 * time or channel that could be read, is left out: the rest of the conversation is worth more than a complaint.
 * https://www.twilio.com/docs/conversational-intelligence/api/transcript-sentence-subresource
 */
export function readSentences(listed: readonly unknown[]): TwilioSentence[] {
  return listed
    .flatMap((one) => sentence.safeParse(one).data ?? [])
    .filter(
      ({ transcript, startTime, endTime }) => transcript.trim() !== "" && startTime >= 0 && endTime >= 0,
    )
    .sort((a, b) => a.startTime - b.startTime || a.sentenceIndex - b.sentenceIndex)
    .map((one) => ({
      channel: one.mediaChannel,
      start: one.startTime,
      end: Math.max(one.startTime, one.endTime),
      text: one.transcript.trim(),
      confidence: one.confidence,
      wordStarts: one.words,
    }));
}
