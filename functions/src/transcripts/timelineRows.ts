import type { ConversationTurn } from "./conversation";
import { gaps, type Interval, union } from "./intervals";
import { intervalOf } from "./summary";

/** Silence is normal between two turns; longer than this it is worth showing. */
export const MIN_SILENCE_SECONDS = 3;
const MAX_ROWS = 6;
/** More than this is hard to see in one row. */
const SECONDS_A_ROW = 120;
const TICK_SECONDS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600];
const MAX_TICKS_A_ROW = 10;

/** A stretch of the conversation that is drawn in one row; all of a conversation are of equal length. */
export interface TimelineRow extends Interval {
  /** Where the conversation ends in it, if it does; else the row's end. */
  until: number;
  /** Seconds that are labelled. */
  ticks: number[];
}

/** A conversation in rows of equal length, as few as leave its turns to be seen; one where it has no length. */
export function timelineRows(duration: number): TimelineRow[] {
  const count = Math.max(1, Math.min(MAX_ROWS, Math.ceil(duration / SECONDS_A_ROW)));
  const step = duration / count > 60 ? 10 : 1;
  const length = Math.max(1, Math.ceil(duration / count / step)) * step;
  const tick = TICK_SECONDS.find((one) => length / one <= MAX_TICKS_A_ROW) ?? length;
  return Array.from({ length: Math.max(1, Math.ceil(duration / length)) }, (_, n) => {
    const start = n * length;
    const end = start + length;
    const first = Math.ceil(start / tick) * tick;
    const ticks = Array.from({ length: Math.ceil((end - first) / tick) }, (_, k) => first + k * tick);
    return { start, end, until: Math.min(end, Math.max(duration, start)), ticks };
  });
}

/** When nobody spoke for so long that it is worth showing. */
export function silences(turns: readonly ConversationTurn[], duration: number): Interval[] {
  return gaps(union(turns.map(intervalOf)), duration).filter(
    ({ start, end }) => end - start >= MIN_SILENCE_SECONDS,
  );
}

/** What of an interval falls into a row; undefined where none of it does. */
export function partIn(row: Interval, { start, end }: Interval): Interval | undefined {
  const part = { start: Math.max(start, row.start), end: Math.min(end, row.end) };
  return part.end > part.start || (start === end && row.start <= start && start < row.end) ? part : undefined;
}
