import { buildConversation } from "../src/transcripts/buildConversation";
import { generatedCall } from "../test/transcripts/generatedCall";
import { aligned, countRight, matchesByTime, matchesOf } from "../test/transcripts/matching";
import { type Benchmark, digits, type Figure } from "./figure";
import { median } from "./statistics";

const TURNS = 2_000;
const SEEDS = [1, 2, 3, 4, 5];
const MAX_MS = 200;
const MIN_RIGHT = 0.98;

/** How long a relay's turns and a recording's sentences take to be aligned, and how many are matched right. */
export const alignment: Benchmark = {
  name: "alignment",
  about: `${digits(TURNS)} turns against a recording's transcript: dropped, merged, split, misheard, shifted`,
  async run() {
    const calls = SEEDS.map((seed) =>
      generatedCall({ turns: TURNS, seed, dropped: 0.05, merged: 0.05, split: 0.05, misheard: 0.15 }),
    );
    const warmUp = calls[0] as (typeof calls)[number];
    buildConversation(warmUp);
    const alignMs = calls.map((call) => timed(() => aligned(call)));
    const buildMs = calls.map((call) => timed(() => buildConversation(call)));
    const right = share(calls, (call) => countRight(call, matchesOf(call, aligned(call))));
    const byTime = share(calls, (call) => countRight(call, matchesByTime(call)));
    const sentences = Math.min(...calls.map((call) => call.sentences.length));
    return [...timing(sentences, median(alignMs), median(buildMs)), quality(right, byTime)];
  },
};

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function share<T extends { turns: unknown[] }>(calls: T[], right: (call: T) => number): number {
  return calls.reduce((sum, call) => sum + right(call) / call.turns.length, 0) / calls.length;
}

function timing(sentences: number, alignMs: number, buildMs: number): Figure[] {
  const what = `${digits(TURNS)} turns with ${digits(sentences)} sentences and more`;
  return [
    {
      figure: `transcripts: aligning ${what}`,
      ours: `${digits(alignMs)} ms`,
      limit: `≤ ${MAX_MS} ms`,
      met: alignMs <= MAX_MS,
    },
    { figure: `transcripts: a conversation out of ${what}`, ours: `${digits(buildMs)} ms` },
  ];
}

/** The baseline is each sentence with the turn of its speaker that began last. */
function quality(right: number, byTime: number): Figure {
  return {
    figure: "transcripts: turns matched right, against matching by time alone",
    ours: `${digits(right * 100, 2)} %`,
    baseline: `${digits(byTime * 100, 2)} %`,
    limit: `≥ ${MIN_RIGHT * 100} %`,
    met: right >= MIN_RIGHT,
  };
}
