import { type Benchmark, digits, type Figure, times } from "./figure";
import { type RelayKind, type RelayUnderTest, withRelays } from "./relays";
import { median } from "./statistics";
import type { Worker } from "./worker";
import type { LoadApi, WindowResult } from "./workers/load";

const KINDS = ["bare", "ours", "parsing"] as const satisfies RelayKind[];
const SESSIONS = 200;
const WARM_UP_SECONDS = 3;
const WINDOW_SECONDS = 0.25;
const ROUNDS = 90;
const MAX_CPU_RATIO = 1.25;
const MAX_ADDED_P50_MS = 0.5;
const MAX_ADDED_P99_MS = 10;

interface Window extends WindowResult {
  /** CPU time of the relay a round trip, in µs. */
  micros: number;
}
type Round = Record<RelayKind, Window>;

/**
 * What 20 ms of audio there and back cost at 200 sessions × 50 frames/s, and how much later they arrive. The three
 * relays take turns of a quarter of a second, so that what else the machine does meets them alike; they are compared
 * within a round, and what counts is the median of the rounds.
 */
export const relayCpu: Benchmark = {
  name: "relay-cpu",
  about: `relay CPU and latency, ${SESSIONS} sessions × 50 frames/s of 20 ms`,
  run: () =>
    withRelays(KINDS, async (relays, load) => {
      for (const relay of relays) await relay.open(SESSIONS);
      for (const relay of relays) await measure(relay, load, WARM_UP_SECONDS);
      const rounds: Round[] = [];
      for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureAll(relays, load, round));
      return figures(rounds);
    }),
};

async function measureAll(relays: RelayUnderTest[], load: Worker<LoadApi>, round: number): Promise<Round> {
  const windows: Partial<Round> = {};
  // Whoever comes first must not always be the same.
  for (const index of relays.keys()) {
    const relay = relays[(index + round) % relays.length];
    if (relay) windows[relay.kind] = await measure(relay, load, WINDOW_SECONDS);
  }
  return windows as Round;
}

async function measure(relay: RelayUnderTest, load: Worker<LoadApi>, seconds: number): Promise<Window> {
  const before = await relay.worker.call("cpuMicroseconds", undefined);
  const result = await load.call("speak", { group: relay.kind, seconds });
  const after = await relay.worker.call("cpuMicroseconds", undefined);
  if (result.lost > 0) throw new Error(`${relay.kind}: ${result.lost} frames did not come back`);
  return { ...result, micros: (after - before) / result.roundTrips };
}

function figures(rounds: Round[]): Figure[] {
  const typical = (of: (round: Round) => number) => median(rounds.map(of));
  const ratio = typical(({ ours, bare }) => ours.micros / bare.micros);
  const parsingRatio = typical(({ ours, parsing }) => ours.micros / parsing.micros);
  const added = (at: "p50" | "p99") => typical(({ ours, bare }) => ours[at] - bare[at]);
  const micros = (kind: RelayKind) =>
    `${digits(
      typical((round) => round[kind].micros),
      1,
    )} µs`;
  const ms = (kind: RelayKind, at: "p50" | "p99") =>
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
