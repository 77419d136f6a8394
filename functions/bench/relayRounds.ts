import { type RelayKind, type RelayUnderTest, withRelays } from "./relays";
import type { Worker } from "./worker";
import type { LoadApi, WindowResult } from "./workers/load";

export const SESSIONS = 200;
const WARM_UP_SECONDS = 3;
const WINDOW_SECONDS = 0.25;
const ROUNDS = 90;

/** What a relay did while its sessions spoke for a quarter of a second. */
export interface RelayWindow extends WindowResult {
  /** CPU time of the relay a round trip, in µs. */
  micros: number;
}
export type Round<Kind extends RelayKind> = Record<Kind, RelayWindow>;

/**
 * Sends 20 ms of audio there and back at 200 sessions × 50 frames/s, through relays that take turns of a quarter of a
 * second, so that what else the machine does meets them alike: they are to be compared within a round, and what counts
 * is the median of the rounds.
 */
export function relayRounds<Kind extends RelayKind>(kinds: readonly Kind[]): Promise<Round<Kind>[]> {
  return withRelays(kinds, async (relays, load) => {
    for (const relay of relays) await relay.open(SESSIONS);
    for (const relay of relays) await measure(relay, load, WARM_UP_SECONDS);
    const rounds: Round<Kind>[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const windows = await inTurns(relays, round, (relay) => measure(relay, load, WINDOW_SECONDS));
      rounds.push(windows as Round<Kind>);
    }
    return rounds;
  });
}

/** Measures each of them once. Whoever comes first must not always be the same. */
export async function inTurns<Kind extends string, Unit extends { kind: Kind }, Window>(
  units: readonly Unit[],
  round: number,
  measureOne: (unit: Unit) => Promise<Window>,
): Promise<Record<Kind, Window>> {
  const windows: Partial<Record<Kind, Window>> = {};
  for (const index of units.keys()) {
    const unit = units[(index + round) % units.length];
    if (unit) windows[unit.kind] = await measureOne(unit);
  }
  return windows as Record<Kind, Window>;
}

async function measure(relay: RelayUnderTest, load: Worker<LoadApi>, seconds: number): Promise<RelayWindow> {
  const before = await relay.worker.call("cpuMicroseconds", undefined);
  const result = await load.call("speak", { group: relay.kind, seconds });
  const after = await relay.worker.call("cpuMicroseconds", undefined);
  if (result.lost > 0) throw new Error(`${relay.kind}: ${result.lost} frames did not come back`);
  return { ...result, micros: (after - before) / result.roundTrips };
}
