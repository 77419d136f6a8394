import { onRecording, type RecordingClock } from "./recordingClock";
import type { SentencePart } from "./sentenceParts";
import { type Utterance, usualSeconds } from "./timedWords";

/** When a turn was said, in seconds since the conversation's beginning. */
export interface TurnTime {
  start: number;
  end: number;
  /** Judged by its length, since no recording has it. */
  isEstimated: boolean;
}

/** So few words at either end of a turn may have been misheard; more of them were said and not transcribed. */
const MAX_WORDS_MISHEARD = 2;

/**
 * When a turn was said: as the recording has it, and longer by the words that are missing there at either end; without a
 * recording of it, from when the relay noticed it, for as long as its words take.
 * @param parts of the recording, by time; none where it has nothing of the turn
 * @param heardSeconds how much of it was heard, where it was cut off; else infinite
 */
export function timeOfTurn(
  turn: Utterance,
  parts: readonly SentencePart[],
  clock: RecordingClock,
  heardSeconds: number,
): TurnTime {
  const first = parts[0];
  const last = parts.at(-1);
  if (!first || !last) {
    const start = Math.max(0, onRecording(clock, turn.start));
    return { start, end: start + turn.end - turn.start, isEstimated: true };
  }
  const before = turn.tokens.slice(0, first.link.turnWords.first);
  const behind = turn.tokens.slice(last.link.turnWords.last + 1);
  const start = Math.max(0, first.start - missing(before));
  const end = parts.reduce((latest, part) => Math.max(latest, part.end), 0);
  return {
    start,
    end: Math.max(end, Math.min(end + missing(behind), start + heardSeconds)),
    isEstimated: false,
  };
}

function missing(tokens: Utterance["tokens"]): number {
  return tokens.length > MAX_WORDS_MISHEARD ? usualSeconds(tokens) : 0;
}

/** A turn with its time. */
export interface TimedTurn {
  time: TurnTime;
  isAssistant: boolean;
  /** It ended when it was cut off: that is known, however it began. */
  hasKnownEnd: boolean;
}

/**
 * Sets times that were judged right by one another: the assistant says one thing after another, though the model gives both
 * at once, and what was not cut off had ended before the other began to speak.
 * @param turns by their start
 */
export function reconciled<T extends TimedTurn>(turns: readonly T[]): T[] {
  return endedBeforeAnswered(oneAfterAnother(endedBeforeAnswered(turns)));
}

function endedBeforeAnswered<T extends TimedTurn>(turns: readonly T[]): T[] {
  let answer = { assistant: Number.POSITIVE_INFINITY, user: Number.POSITIVE_INFINITY };
  return turns
    .toReversed()
    .map((turn) => {
      const { time, isAssistant, hasKnownEnd } = turn;
      const answered = isAssistant ? answer.user : answer.assistant;
      answer = { ...answer, [isAssistant ? "assistant" : "user"]: time.start };
      if (!time.isEstimated || hasKnownEnd || answered <= time.start) return turn;
      return { ...turn, time: { ...time, end: Math.min(time.end, answered) } };
    })
    .reverse();
}

function oneAfterAnother<T extends TimedTurn>(turns: readonly T[]): T[] {
  let saidUntil = 0;
  return turns.map((turn) => {
    const { time, isAssistant } = turn;
    if (!isAssistant) return turn;
    const late = time.isEstimated ? Math.max(0, saidUntil - time.start) : 0;
    saidUntil = Math.max(saidUntil, time.end + late);
    return { ...turn, time: { ...time, start: time.start + late, end: time.end + late } };
  });
}
