import { timeOf, type WordRow } from "./wordRow";

/** A word that the relay and the recording both have, and that may have been said once. */
export interface CommonWord {
  /** Whose it is: places of the turn and of the sentence. */
  turn: number;
  sentence: number;
  /** When the relay has it, and by how much its time in the recording differs, in seconds. */
  time: number;
  difference: number;
  /** 1 where there is no other like it, less the more there are. */
  weight: number;
}

/** Words that may have been said earlier or later by more than this are timed too roughly. */
const MAX_SPAN_SECONDS = 3;
/** Pairs enough to draw a line through. */
const ENOUGH = 5_000;
/** Of a word that is said more often, on either side, the first are taken. */
const MAX_SAID = 200;

/** Pairs of equal words, the rare ones first, until there are enough. */
export function commonWords(relay: WordRow, recording: WordRow): CommonWord[] {
  const inRecording = placesByWord(recording);
  const shared = [...placesByWord(relay)]
    .map(([word, ours]) => ({ ours, theirs: inRecording.get(word) ?? [] }))
    .map((one) => ({ ...one, pairs: one.ours.length * one.theirs.length }))
    .filter(({ pairs }) => pairs > 0)
    .sort((a, b) => a.pairs - b.pairs);
  const found: CommonWord[] = [];
  for (const { ours, theirs, pairs } of shared) {
    if (found.length >= ENOUGH) break;
    for (const a of ours) for (const b of theirs) found.push(common(relay, a, recording, b, 1 / pairs));
  }
  return found;
}

function common(relay: WordRow, a: number, recording: WordRow, b: number, weight: number): CommonWord {
  const time = timeOf(relay, a);
  return {
    turn: relay.owners[a] as number,
    sentence: recording.owners[b] as number,
    time,
    difference: timeOf(recording, b) - time,
    weight,
  };
}

function placesByWord({ words, earliest, latest }: WordRow): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const [at, word] of words.entries()) {
    if ((latest[at] as number) - (earliest[at] as number) > MAX_SPAN_SECONDS) continue;
    const known = found.get(word);
    if (!known) found.set(word, [at]);
    else if (known.length < MAX_SAID) known.push(at);
  }
  return found;
}
