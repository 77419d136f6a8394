import { type Alignment, align } from "../../src/transcripts/align";
import { timedSentence, timedTurn } from "../../src/transcripts/timedWords";
import type { GeneratedCall } from "./generatedCall";

/** Which sentences each turn of a call was given, by their places. */
export type Matches = number[][];

/** Aligns a made-up call, from its texts on. */
export function aligned({ turns, startedAt, sentences }: GeneratedCall): Alignment {
  return align(
    turns.map((turn) => timedTurn(turn, startedAt)),
    sentences.map(timedSentence),
  );
}

export function matchesOf({ turns }: GeneratedCall, { links }: Alignment): Matches {
  const matches: Matches = turns.map(() => []);
  for (const { turn, sentence } of links) matches[turn]?.push(sentence);
  return matches.map((one) => one.sort((a, b) => a - b));
}

/** What is plain to do without comparing words: each sentence belongs to the turn of its speaker that began last. */
export function matchesByTime({ turns, startedAt, sentences, agentChannel }: GeneratedCall): Matches {
  const matches: Matches = turns.map(() => []);
  for (const [index, { channel, start }] of sentences.entries()) {
    const role = channel === agentChannel ? "assistant" : "user";
    const turn = turns.findLastIndex(
      (one) => one.role === role && one.startedAt.getTime() - startedAt.getTime() <= start * 1_000,
    );
    matches[turn]?.push(index);
  }
  return matches;
}

/** How many turns were given exactly the sentences that hold their words, and no other. */
export function countRight({ truth }: GeneratedCall, matches: Matches): number {
  return truth.filter((sentences, turn) => sentences.join() === matches[turn]?.join()).length;
}
