import { dialScheduled } from "../src/calls/dialScheduled";
import { makeCall } from "../src/calls/makeCall";
import { readsByCollection } from "../test/support/dispatchReads";
import {
  addAccounts,
  type DispatchWorld,
  dispatchWorld,
  phoneOf,
  storeDue,
} from "../test/support/dispatchWorld";
import { type Benchmark, digits, type Figure } from "./figure";

const MAX_GATE_READS = 4;
/** What the gate looks at: the calls a minute, the list, the money, the sessions at once. */
const GATE = ["rateLimits", "doNotCall", "callSpend", "voiceUsers"];

/** What it costs to let a call pass: one that is placed at once, and one that was scheduled. */
export const dispatchGate: Benchmark = {
  name: "dispatch-gate",
  about: "documents that the gate reads for a call",
  async run() {
    const world = await dispatchWorld();
    try {
      const [id = ""] = await storeDue(world.db, 1);
      const atOnce = await readsByCollection(world.db, () => placeOne(world));
      const scheduled = await readsByCollection(world.db, () => dialScheduled(world.ctx(), id));
      return [...figures("a call placed at once", atOnce), ...figures("a scheduled call", scheduled)];
    } finally {
      await world.stop();
    }
  },
};

async function placeOne({ ctx }: DispatchWorld): Promise<void> {
  const uid = "user-1";
  await addAccounts([uid]);
  const options = { phone_number: phoneOf(1), scenarioId: "survey", record: false, max_minutes: 5 };
  await makeCall({ ...ctx(), caller: { uid, claims: {} } }, options);
}

function figures(what: string, reads: Map<string, number>): Figure[] {
  const sum = (counts: Iterable<number>) => [...counts].reduce((total, one) => total + one, 0);
  const gate = sum(GATE.map((collection) => reads.get(collection) ?? 0));
  const seen = [...reads.keys()].join(", ");
  return [
    {
      figure: `gate: documents read for ${what}`,
      ours: digits(gate),
      limit: digits(MAX_GATE_READS),
      met: gate > 0 && gate <= MAX_GATE_READS,
    },
    { figure: `gate: all documents read for ${what}`, ours: `${digits(sum(reads.values()))}: ${seen}` },
  ];
}
