import { type Band, bandOf } from "./wordBand";
import type { WordRow } from "./wordRow";

/** A word may be so many seconds from where the clocks say it is. */
const REACH_SECONDS = 5;
/** What is compared is bounded, and so is its memory: a byte each. */
const MAX_CELLS = 4_000_000;
/** Nearer than this, time says next to nothing against a pair; each second more takes something from it. */
const FREE_SECONDS = 0.6;
const COST_A_SECOND = 0.35;
/** Of two places that would do, the nearer one is taken. */
const COST_A_SECOND_FROM_CENTRE = 0.02;
const MAX_COST_FROM_CENTRE = 0.2;
/** What a pair of different words is worth that are said at the same time: one of them was misheard. */
const MISHEARD = 0.35;

const SKIP_A = 1;
const SKIP_B = 2;
const PAIR = 3;

/**
 * Aligns two rows of words on one clock: the pairs whose worth together is the most, in the order of both rows. A pair of
 * equal words is worth its weight, one of different words a little, less the further apart they were said. Dynamic
 * programming within a band round the time.
 * @param weights by word, as `Vocabulary.weights` gives them
 * @returns for each word of `a` the place of its partner in `b`, or -1
 */
export function alignWords(a: WordRow, b: WordRow, weights: Float64Array): Int32Array {
  const band = bandOf(a, b, REACH_SECONDS, MAX_CELLS);
  const steps = new Uint8Array(band.cells);
  // The worth of the best pairs so far, by how many words of `b` are passed; of this row and the one above.
  let row = new Float64Array(b.words.length + 1);
  let above = new Float64Array(b.words.length + 1);
  let aboveTo = 0;
  let cell = 0;
  for (let i = 0; i < a.words.length; i += 1) {
    const from = band.from[i] as number;
    const to = band.to[i] as number;
    [row, above] = [above, row];
    // Right of its band the row above stays as it was at its end.
    above.fill(above[aboveTo] as number, aboveTo + 1, to + 1);
    row[from] = above[from] as number;
    for (let j = from; j < to; j += 1) {
      const paired = (above[j] as number) + worth(a, i, b, j, weights);
      const best = Math.max(above[j + 1] as number, row[j] as number, paired);
      row[j + 1] = best;
      steps[cell] = best === paired ? PAIR : best === above[j + 1] ? SKIP_A : SKIP_B;
      cell += 1;
    }
    aboveTo = to;
  }
  return partners(band, steps, b.words.length);
}

function worth(a: WordRow, i: number, b: WordRow, j: number, weights: Float64Array): number {
  const word = a.words[i] as number;
  const aFrom = a.earliest[i] as number;
  const aTo = a.latest[i] as number;
  const bFrom = b.earliest[j] as number;
  const bTo = b.latest[j] as number;
  const apart = Math.max(0, bFrom - aTo - FREE_SECONDS, aFrom - bTo - FREE_SECONDS);
  const fromCentre = Math.abs(bFrom + bTo - aFrom - aTo) / 2;
  return (
    (word === b.words[j] ? (weights[word] as number) : MISHEARD) -
    COST_A_SECOND * apart -
    Math.min(MAX_COST_FROM_CENTRE, COST_A_SECOND_FROM_CENTRE * fromCentre)
  );
}

/** Walks back along the best steps. */
function partners({ from, to }: Band, steps: Uint8Array, columns: number): Int32Array {
  const found = new Int32Array(from.length).fill(-1);
  let cell = steps.length;
  let j = columns;
  for (let i = from.length - 1; i >= 0; i -= 1) {
    const start = from[i] as number;
    const end = to[i] as number;
    cell -= end - start;
    j = Math.min(j, end);
    while (j > start && steps[cell + j - 1 - start] === SKIP_B) j -= 1;
    if (j <= start || steps[cell + j - 1 - start] !== PAIR) continue;
    j -= 1;
    found[i] = j;
  }
  return found;
}
