import { z } from "zod";

/** Who can speak in a conversation, and on which channel each is shown, whatever a recording calls it. */
export const CHANNELS = { customer: 0, agent: 1 } as const;
export type SpeakerRole = keyof typeof CHANNELS;

const seconds = z.number().min(0);

export const speaker = z
  .object({ channel: z.number().int(), role: z.enum(["customer", "agent"]), name: z.string() })
  .meta({ id: "TranscriptSpeaker" });
export type Speaker = z.output<typeof speaker>;

/** What of the assistant's words reached the ear, as far as its audio tells. */
export const heard = z
  .discriminatedUnion("state", [
    z.object({ state: z.literal("heard") }),
    z.object({
      state: z.literal("cut_off"),
      seconds: seconds
        .nullable()
        .meta({ description: "How much of it was heard; null where nobody knows when it was cut off." }),
      characters: z
        .number()
        .int()
        .meta({ description: "How much of `text` was heard, in UTF-16 units; judged by the time." }),
      text: z.string().meta({ description: "That part of the turn's `text`." }),
    }),
    z.object({ state: z.literal("never_played") }),
  ])
  .meta({ id: "HeardPart" });
export type Heard = z.output<typeof heard>;

const source = z.enum(["relay", "twilio"]);
export type Source = z.output<typeof source>;

export const conversationTurn = z
  .object({
    sequence: z.number().int().meta({ description: "From 1, in the order of time." }),
    speaker,
    text: z.string(),
    start_time: seconds.meta({ description: "In seconds since the beginning, which `timeline` names." }),
    end_time: seconds,
    duration: seconds,
    is_estimated: z
      .boolean()
      .meta({ description: "No recording has it: when it ended is judged by its length." }),
    confidence: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: "0 where nobody has told any: see `confidence_source`." }),
    confidence_source: z.enum(["transcription", "own_words", "none"]).meta({
      description:
        "Who tells how sure the words are: whoever transcribed them; nobody need, since they are the assistant's own; nobody.",
    }),
    word_count: z.number().int().meta({ description: "Of the words that were heard." }),
    sources: z.array(source).meta({ description: "Who has this turn." }),
    heard: heard.optional().meta({ description: "Of the assistant's turns that the relay recorded." }),
    alternatives: z
      .array(z.object({ source, text: z.string(), confidence: z.number().min(0).max(1).nullable() }))
      .meta({ description: "What the other source has, where its words differ." }),
  })
  .meta({ id: "ConversationTurn" });
export type ConversationTurn = z.output<typeof conversationTurn>;

export const timeline = z
  .object({
    zero: z
      .enum(["recording", "session"])
      .meta({ description: "When the seconds begin: with the recording or, without one, with the session." }),
    offset_seconds: z
      .number()
      .meta({ description: "What the recording's clock read when the session began; 0 without one." }),
    drift: z
      .number()
      .meta({ description: "How much faster it goes than the session's, in seconds a second." }),
  })
  .meta({ id: "TranscriptTimeline" });

/** A conversation out of everything that is known of it. */
export const conversation = z.object({
  /** Both, whether they have spoken or not; the customer first. */
  speakers: z.array(speaker),
  turns: z.array(conversationTurn),
  timeline,
});
export type Conversation = z.output<typeof conversation>;

/** The words of a turn that were said and could be heard: all but what was cut off or never played. */
export function spokenText({ text, heard }: Pick<ConversationTurn, "text" | "heard">): string {
  if (heard?.state === "never_played") return "";
  return heard?.state === "cut_off" ? heard.text : text;
}
