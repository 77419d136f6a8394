import type { Utterance } from "./timedWords";

/** The words of many utterances in a row, as numbers. */
export interface WordRow {
  /** Which word, as the vocabulary numbers them. */
  words: Int32Array;
  /** Between which times each was said, in seconds. */
  earliest: Float64Array;
  latest: Float64Array;
  /** Of which utterance, by its place among all. */
  owners: Int32Array;
  /** The how manieth word of it, from 0. */
  places: Int32Array;
}

/** Numbers the words of both sources, so that comparing two is comparing numbers, and knows how rare each is. */
export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [];
  #total = 0;

  /** The words of utterances, in their order. */
  row(utterances: readonly Utterance[]): WordRow {
    const row = emptyRow(utterances.reduce((sum, { tokens }) => sum + tokens.length, 0));
    let at = 0;
    for (const [owner, { tokens, earliest, latest }] of utterances.entries()) {
      for (const [place, { word }] of tokens.entries()) {
        row.words[at] = this.#number(word);
        row.earliest[at] = earliest[place] as number;
        row.latest[at] = latest[place] as number;
        row.owners[at] = owner;
        row.places[at] = place;
        at += 1;
      }
    }
    return row;
  }

  /** What it tells that a word is the same on both sides, by its number: from 0.5 where it is in every place to 2. */
  weights(): Float64Array {
    const scale = Math.log(Math.max(this.#total, 2));
    return Float64Array.from(this.#counts, (count) => 0.5 + (1.5 * Math.log(this.#total / count)) / scale);
  }

  #number(word: string): number {
    let number = this.#numbers.get(word);
    if (number === undefined) {
      number = this.#counts.length;
      this.#numbers.set(word, number);
      this.#counts.push(0);
    }
    this.#counts[number] = (this.#counts[number] as number) + 1;
    this.#total += 1;
    return number;
  }
}

/** The words of some of the utterances, on another clock where one is given. */
export function partOf(
  row: WordRow,
  isChosen: (owner: number) => boolean,
  clock: (seconds: number) => number = (seconds) => seconds,
): WordRow {
  const chosen = Int32Array.from(row.owners.keys()).filter((at) => isChosen(row.owners[at] as number));
  const part = emptyRow(chosen.length);
  for (const [to, from] of chosen.entries()) {
    part.words[to] = row.words[from] as number;
    part.earliest[to] = clock(row.earliest[from] as number);
    part.latest[to] = clock(row.latest[from] as number);
    part.owners[to] = row.owners[from] as number;
    part.places[to] = row.places[from] as number;
  }
  return part;
}

/** When a word was said, as far as that can be told. */
export function timeOf(row: WordRow, at: number): number {
  return ((row.earliest[at] as number) + (row.latest[at] as number)) / 2;
}

function emptyRow(length: number): WordRow {
  return {
    words: new Int32Array(length),
    earliest: new Float64Array(length),
    latest: new Float64Array(length),
    owners: new Int32Array(length),
    places: new Int32Array(length),
  };
}
