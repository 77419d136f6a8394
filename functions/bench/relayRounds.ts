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
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measureAll(relays, load, round));
    return rounds;
  });
}

async function measureAll<Kind extends RelayKind>(
  relays: RelayUnderTest[],
  load: Worker<LoadApi>,
  round: number,
): Promise<Round<Kind>> {
  const windows: Partial<Record<RelayKind, RelayWindow>> = {};
  // Whoever comes first must not always be the same.
  for (const index of relays.keys()) {
    const relay = relays[(index + round) % relays.length];
    if (relay) windows[relay.kind] = await measure(relay, load, WINDOW_SECONDS);
  }
  return windows as Round<Kind>;
}

async function measure(relay: RelayUnderTest, load: Worker<LoadApi>, seconds: number): Promise<RelayWindow> {
  const before = await relay.worker.call("cpuMicroseconds", undefined);
  const result = await load.call("speak", { group: relay.kind, seconds });
  const after = await relay.worker.call("cpuMicroseconds", undefined);
  if (result.lost > 0) throw new Error(`${relay.kind}: ${result.lost} frames did not come back`);
  return { ...result, micros: (after - before) / result.roundTrips };
}
