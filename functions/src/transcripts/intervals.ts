/** A stretch of time, in seconds. */
export interface Interval {
  start: number;
  end: number;
}

/** The same time, each moment of it once: ascending, no two touching. What has no length is left out. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  const joined: Interval[] = [];
  for (const { start, end } of sorted) {
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** What lies between them from 0 to `until`. @param joined as `union` gives them */
export function gaps(joined: readonly Interval[], until: number): Interval[] {
  const starts = [...joined.map(({ start }) => start), until];
  const ends = [0, ...joined.map(({ end }) => end)];
  return starts
    .map((end, at) => ({ start: ends[at] as number, end: Math.min(end, until) }))
    .filter(({ start, end }) => end > start);
}

/** How long intervals are that do not overlap. */
export function totalLength(intervals: readonly Interval[]): number {
  return intervals.reduce((sum, { start, end }) => sum + end - start, 0);
}
