import type { RelayTurn, TwilioSentence } from "./sources";
import { type Token, tokensOf } from "./words";

/** A turn or a sentence, word by word, each with when it was said, in seconds of its source's clock. */
export interface Utterance {
  /** Whose it is: a turn's role, a sentence's channel. */
  from: RelayTurn["role"] | number;
  start: number;
  end: number;
  tokens: Token[];
  /** Between which times each of `tokens` began to be said: close together where that is known well. */
  earliest: number[];
  latest: number[];
}

/** How long words take, pauses between them included, in parts of what `Token.seconds` says. */
export const USUAL_PACE = 1.1;
export const FASTEST_PACE = 0.75;
export const SLOWEST_PACE = 1.6;

/** What the relay writes for words that nobody understood. */
export const INAUDIBLE = "[inaudible]";

/**
 * A turn on the relay's clock, which begins at `zero`. When it ended is judged by its length. What was never played of an
 * assistant's turn is not among its words: no recording has it.
 */
export function timedTurn(turn: RelayTurn, zero: Date): Utterance {
  const start = (turn.startedAt.getTime() - zero.getTime()) / 1_000;
  const tokens = turn.content === INAUDIBLE ? [] : tokensOf(turn.content);
  const heardSeconds = turn.heardMs === undefined ? Number.POSITIVE_INFINITY : turn.heardMs / 1_000;
  const { before, total } = durations(tokens);
  const begun = before.filter((seconds) => FASTEST_PACE * seconds < heardSeconds);
  return {
    from: turn.role,
    start,
    end: start + (turn.heardMs === undefined ? USUAL_PACE * total : heardSeconds),
    tokens: tokens.slice(0, begun.length),
    earliest: begun.map((seconds) => start + FASTEST_PACE * seconds),
    latest: begun.map((seconds) => start + SLOWEST_PACE * seconds),
  };
}

/** A sentence on the recording's clock. One that took longer than its words do has a pause, nobody knows where. */
export function timedSentence({ channel, start, end, text, wordStarts }: TwilioSentence): Utterance {
  const tokens = tokensOf(text);
  const known = { from: channel, start, end, tokens };
  if (wordStarts.length === tokens.length) return { ...known, earliest: wordStarts, latest: wordStarts };
  const { before, total } = durations(tokens);
  const pace = Math.min(FASTEST_PACE, (end - start) / (total || 1));
  return {
    ...known,
    earliest: before.map((seconds) => start + pace * seconds),
    latest: before.map((seconds) => end - pace * (total - seconds)),
  };
}

/** How long words take to say at the usual pace. */
export function usualSeconds(tokens: readonly Token[]): number {
  return USUAL_PACE * durations(tokens).total;
}

/** How long what stands before each word takes, and all of them. */
function durations(tokens: readonly Token[]): { before: number[]; total: number } {
  let total = 0;
  const before = tokens.map(({ seconds }) => {
    const passed = total;
    total += seconds;
    return passed;
  });
  return { before, total };
}
