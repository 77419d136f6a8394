import { type Benchmark, digits, type Figure, times } from "./figure";
import { type RelayKind, type RelayUnderTest, withRelays } from "./relays";

const SESSIONS = 1_000;
/** Opened and closed before, so that code and buffers which are there once are not counted. */
const WARM_UP_SESSIONS = 100;
const MAX_ADDED_KB = 150;

interface PerSession {
  rssKb: number;
  heapKb: number;
}

/** What a relay holds in memory for each session that is connected and silent, at 1,000 of them. */
export const relayMemory: Benchmark = {
  name: "relay-memory",
  about: `relay memory a connected idle session, at ${digits(SESSIONS)} sessions`,
  async run() {
    return figures(await measure("ours"), await measure("bare"));
  },
};

function measure(kind: RelayKind): Promise<PerSession> {
  return withRelays([kind], async ([relay], load) => {
    const { worker, open } = relay as RelayUnderTest;
    await open(WARM_UP_SESSIONS);
    await load.call("close", { group: kind });
    const before = await worker.call("memory", undefined);
    await open(SESSIONS);
    const after = await worker.call("memory", undefined);
    return {
      rssKb: (after.rssBytes - before.rssBytes) / SESSIONS / 1_024,
      heapKb: (after.heapBytes - before.heapBytes) / SESSIONS / 1_024,
    };
  });
}

function figures(ours: PerSession, bare: PerSession): Figure[] {
  const kb = (value: number) => `${digits(value)} KB`;
  const added = ours.rssKb - bare.rssKb;
  return [
    {
      figure: "relay memory a session (RSS), above two bare sockets",
      ours: kb(ours.rssKb),
      baseline: kb(bare.rssKb),
      ratio: `+${kb(added)}`,
      limit: `+${MAX_ADDED_KB} KB`,
      met: added <= MAX_ADDED_KB,
    },
    {
      figure: "  of which objects and buffers",
      ours: kb(ours.heapKb),
      baseline: kb(bare.heapKb),
      ratio: times(ours.heapKb / bare.heapKb),
    },
  ];
}
