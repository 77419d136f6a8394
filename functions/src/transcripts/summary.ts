import { z } from "zod";
import { type Conversation, type ConversationTurn, type Heard, speaker, spokenText } from "./conversation";
import { toHundredths } from "./hundredths";
import { gaps, type Interval, totalLength, union } from "./intervals";
import { countSentences } from "./words";

const seconds = z.number().min(0);
const count = z.number().int().min(0);

export const participant = speaker
  .extend({
    total_speaking_time: seconds.meta({ description: "A moment in which two turns overlap counts once." }),
    word_count: count,
    sentence_count: count,
  })
  .meta({ id: "TranscriptParticipant" });
export type Participant = z.output<typeof participant>;

/** By channel: "0" is the customer, "1" the assistant. Both are there, whether they have spoken or not. */
export const participantInfo = z.record(z.string(), participant);
export type ParticipantInfo = z.output<typeof participantInfo>;

export const summaryData = z
  .object({
    total_duration_seconds: seconds,
    total_sentences: count,
    total_words: count,
    participant_count: count.meta({ description: "How many have spoken." }),
    average_confidence: z.number().min(0).max(1).meta({
      description: "Of the turns of which it is known, by their words; 0 where it is known of none.",
    }),
    total_silence_seconds: seconds.meta({
      description: "While nobody spoke, from the beginning to the end.",
    }),
    longest_silence_seconds: seconds,
    total_overlap_seconds: seconds.meta({ description: "While both spoke." }),
    cut_off_turns: count.meta({ description: "Turns of the assistant that were not heard to their end." }),
    never_played_turns: count,
  })
  .meta({ id: "TranscriptSummary" });
export type SummaryData = z.output<typeof summaryData>;

/** How much each speaker has said. */
export function participantsOf({
  speakers,
  turns,
}: Pick<Conversation, "speakers" | "turns">): ParticipantInfo {
  return Object.fromEntries(
    speakers.map((one) => {
      const own = turns.filter(({ speaker }) => speaker.channel === one.channel);
      const participant = {
        ...one,
        total_speaking_time: toHundredths(totalLength(union(own.map(intervalOf)))),
        word_count: total(own, ({ word_count }) => word_count),
        sentence_count: total(own, (turn) => (turn.word_count === 0 ? 0 : countSentences(spokenText(turn)))),
      };
      return [String(one.channel), participant];
    }),
  );
}

/** The numbers of a whole conversation. @param seconds how long it took, as `durationOf` gives it */
export function summaryOf(
  { speakers, turns }: Pick<Conversation, "speakers" | "turns">,
  seconds: number,
): SummaryData {
  const participants = Object.values(participantsOf({ speakers, turns }));
  const spoken = union(turns.map(intervalOf));
  const silences = gaps(spoken, seconds).map((gap) => totalLength([gap]));
  const inState = (state: Heard["state"]) => turns.filter(({ heard }) => heard?.state === state).length;
  return {
    total_duration_seconds: seconds,
    total_sentences: total(participants, (one) => one.sentence_count),
    total_words: total(participants, (one) => one.word_count),
    participant_count: new Set(turns.map(({ speaker }) => speaker.channel)).size,
    average_confidence: averageConfidence(turns),
    total_silence_seconds: toHundredths(total(silences, (one) => one)),
    longest_silence_seconds: toHundredths(silences.reduce((longest, one) => Math.max(longest, one), 0)),
    total_overlap_seconds: toHundredths(
      Math.max(0, total(participants, (one) => one.total_speaking_time) - totalLength(spoken)),
    ),
    cut_off_turns: inState("cut_off"),
    never_played_turns: inState("never_played"),
  };
}

/** All that was said and could be heard, a turn a line. */
export function fullText(turns: readonly ConversationTurn[]): string {
  return turns
    .map((turn) => spokenText(turn).trim())
    .filter((text) => text !== "")
    .join("\n");
}

/** Whole seconds: as many as are known, else until the last word. */
export function durationOf(turns: readonly ConversationTurn[], known?: number): number {
  return known ?? Math.ceil(turns.reduce((latest, { end_time }) => Math.max(latest, end_time), 0));
}

/** `3:00`, and `1:02:03` from an hour on. Parts of a second are left out. */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor(whole / 60) % 60;
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** When words were heard: what was never played has no time. */
export function intervalOf({ start_time, end_time }: ConversationTurn): Interval {
  return { start: start_time, end: end_time };
}

function averageConfidence(turns: readonly ConversationTurn[]): number {
  const known = turns.filter(({ confidence_source }) => confidence_source !== "none");
  const words = total(known, ({ word_count }) => word_count);
  return words === 0 ? 0 : toHundredths(total(known, (turn) => turn.confidence * turn.word_count) / words);
}

function total<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((sum, one) => sum + of(one), 0);
}
