import { type Benchmark, digits, type Figure, times } from "./figure";
import { type Round, relayRounds, SESSIONS } from "./relayRounds";
import { median } from "./statistics";

const MAX_CPU_RATIO = 1.25;
const MAX_ADDED_P50_MS = 0.5;
const MAX_ADDED_P99_MS = 10;

const KINDS = ["bare", "ours", "parsing"] as const;
type Kind = (typeof KINDS)[number];

/** What 20 ms of audio there and back cost, and how much later they arrive. */
export const relayCpu: Benchmark = {
  name: "relay-cpu",
  about: `relay CPU and latency, ${SESSIONS} sessions × 50 frames/s of 20 ms`,
  run: async () => figures(await relayRounds(KINDS)),
};

function figures(rounds: Round<Kind>[]): Figure[] {
  const typical = (of: (round: Round<Kind>) => number) => median(rounds.map(of));
  const ratio = typical(({ ours, bare }) => ours.micros / bare.micros);
  const parsingRatio = typical(({ ours, parsing }) => ours.micros / parsing.micros);
  const added = (at: "p50" | "p99") => typical(({ ours, bare }) => ours[at] - bare[at]);
  const micros = (kind: Kind) =>
    `${digits(
      typical((round) => round[kind].micros),
      1,
    )} µs`;
  const ms = (kind: Kind, at: "p50" | "p99") =>
    `${digits(
      typical((round) => round[kind][at]),
      2,
    )} ms`;
  const latency = (at: "p50" | "p99", most: number): Figure => ({
    figure: `relay latency ${at}, round trip, against two bare sockets`,
    ours: ms("ours", at),
    baseline: ms("bare", at),
    ratio: `${added(at) < 0 ? "−" : "+"}${digits(Math.abs(added(at)), 2)} ms`,
    limit: `+${most} ms`,
    met: added(at) <= most,
  });
  return [
    {
      figure: "relay CPU an audio round trip, against two bare sockets",
      ours: micros("ours"),
      baseline: micros("bare"),
      ratio: times(ratio),
      limit: times(MAX_CPU_RATIO),
      met: ratio <= MAX_CPU_RATIO,
    },
    {
      figure: "relay CPU an audio round trip, against parsing every event",
      ours: micros("ours"),
      baseline: micros("parsing"),
      ratio: times(parsingRatio),
      limit: "< 1.00×",
      met: parsingRatio < 1,
    },
    latency("p50", MAX_ADDED_P50_MS),
    latency("p99", MAX_ADDED_P99_MS),
  ];
}
