import { firstAtLeast } from "./firstAtLeast";
import type { WordRow } from "./wordRow";

/** Which words of `b` each word of `a` is compared with: from `from[i]` up to, but not including, `to[i]`. */
export interface Band {
  from: Int32Array;
  to: Int32Array;
  /** How many comparisons that are. */
  cells: number;
}

type Times = Pick<WordRow, "earliest" | "latest">;

/**
 * The words within reach of each other, at most about `maxCells` pairs of them: where there would be more, reach is
 * shortened, and where that does not help, as with times that are all the same, what is far from the diagonal is left
 * out. Neither end ever goes back.
 */
export function bandOf(a: Times, b: Times, reachSeconds: number, maxCells: number): Band {
  const first = { a: leastFromHere(a.earliest), b: leastFromHere(b.earliest) };
  const last = { a: mostUpToHere(a.latest), b: mostUpToHere(b.latest) };
  for (let reach = reachSeconds; reach > reachSeconds / 10; reach /= 2) {
    const band = sized(
      Int32Array.from(first.a, (time) => firstAtLeast(last.b, time - reach)),
      Int32Array.from(last.a, (time) => firstAtLeast(first.b, time + reach)),
    );
    if (band.cells <= maxCells) return band;
  }
  return diagonal(a.earliest.length, b.earliest.length, maxCells);
}

function diagonal(rows: number, columns: number, maxCells: number): Band {
  const half = Math.max(1, Math.floor(maxCells / (2 * rows)));
  const middle = Int32Array.from({ length: rows }, (_, row) => Math.floor((row * columns) / rows));
  return sized(
    middle.map((column) => Math.max(0, column - half)),
    middle.map((column) => Math.min(columns, column + half)),
  );
}

function sized(from: Int32Array, ends: Int32Array): Band {
  const to = ends.map((end, row) => Math.max(end, from[row] as number));
  return { from, to, cells: to.reduce((sum, end, row) => sum + end - (from[row] as number), 0) };
}

function leastFromHere(times: Float64Array): Float64Array {
  const least = times.slice();
  for (let at = least.length - 2; at >= 0; at -= 1) {
    least[at] = Math.min(least[at] as number, least[at + 1] as number);
  }
  return least;
}

function mostUpToHere(times: Float64Array): Float64Array {
  const most = times.slice();
  for (let at = 1; at < most.length; at += 1) {
    most[at] = Math.max(most[at] as number, most[at - 1] as number);
  }
  return most;
}
