import type { CommonWord } from "./commonWords";

/** How the recording's clock stands to the relay's: it reads `offset + t * (1 + drift)` when the relay's reads t seconds. */
export interface RecordingClock {
  offset: number;
  drift: number;
}

/** True differences lie so close together; in a long conversation drift pulls them apart. */
const WINDOW_SECONDS = 2;
const MAX_DRIFT = 0.002;
/** In a shorter conversation drift cannot be told from chance. */
const MIN_SECONDS_FOR_DRIFT = 120;
const MIN_WORDS_FOR_DRIFT = 8;

/**
 * Finds how the two clocks stand to each other: the difference that most of the common words agree on, then a straight line
 * through those that do, drawn again through those near it. Without any word both clocks begin together.
 */
export function fitClock(common: readonly CommonWord[]): RecordingClock {
  const seconds = common.reduce((most, { time }) => Math.max(most, time), 0);
  const width = WINDOW_SECONDS + MAX_DRIFT * seconds;
  let clock: RecordingClock = { offset: median(densest(common, width), 0), drift: 0 };
  for (const near of [width, width / 2, WINDOW_SECONDS, WINDOW_SECONDS / 2]) {
    const inliers = common.filter((one) => isNear(clock, one, near));
    if (inliers.length > 0) clock = lineThrough(inliers, seconds);
  }
  return clock;
}

/** What the recording's clock reads when the relay's reads `seconds`. */
export function onRecording({ offset, drift }: RecordingClock, seconds: number): number {
  return seconds + offset + drift * seconds;
}

/** Whether the two times of a common word lie at most so many seconds apart, by that clock. */
export function isNear(clock: RecordingClock, { time, difference }: CommonWord, seconds: number): boolean {
  return Math.abs(time + difference - onRecording(clock, time)) <= seconds;
}

/** Those whose differences lie within the stretch of `width` seconds that holds the most weight. */
function densest(common: readonly CommonWord[], width: number): CommonWord[] {
  const sorted = [...common].sort((a, b) => a.difference - b.difference);
  let best = { weight: 0, from: 0, to: 0 };
  let weight = 0;
  let from = 0;
  for (const [to, last] of sorted.entries()) {
    weight += last.weight;
    for (
      let first = sorted[from];
      first && first.difference < last.difference - width;
      first = sorted[from]
    ) {
      weight -= first.weight;
      from += 1;
    }
    // Sums of fractions differ by a hair, depending on their order.
    if (weight > best.weight + 1e-9) best = { weight, from, to: to + 1 };
  }
  return sorted.slice(best.from, best.to);
}

function lineThrough(inliers: readonly CommonWord[], seconds: number): RecordingClock {
  const isLong = seconds >= MIN_SECONDS_FOR_DRIFT && inliers.length >= MIN_WORDS_FOR_DRIFT;
  const drift = isLong ? slope(inliers) : 0;
  return { offset: median(inliers, drift), drift };
}

/** Of the differences over time, by weighted least squares. */
function slope(common: readonly CommonWord[]): number {
  const mean = (of: (one: CommonWord) => number) =>
    common.reduce((sum, one) => sum + of(one) * one.weight, 0) /
    common.reduce((sum, one) => sum + one.weight, 0);
  const time = mean((one) => one.time);
  const difference = mean((one) => one.difference);
  const variance = mean((one) => (one.time - time) ** 2);
  if (variance === 0) return 0;
  const steep = mean((one) => (one.time - time) * (one.difference - difference)) / variance;
  return Math.max(-MAX_DRIFT, Math.min(MAX_DRIFT, steep));
}

/** The weighted median of the differences, the drift taken off; 0 of none. */
function median(common: readonly CommonWord[], drift: number): number {
  const values = common
    .map(({ time, difference, weight }) => ({ value: difference - drift * time, weight }))
    .sort((a, b) => a.value - b.value);
  const half = values.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { value, weight } of values) {
    passed += weight;
    if (passed >= half) return value;
  }
  return 0;
}
