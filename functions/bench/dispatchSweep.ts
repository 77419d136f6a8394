import { sweepAmong } from "../test/support/dispatchStored";
import { type Benchmark, digits, type Figure, times } from "./figure";

const STORED = 50_000;
const HAND_OVERS = 2_000;
const DIALS = 250;
const MAX_READ_RATIO = 1.1;
/** Who holds the lease, and that nobody else has taken it. */
const MAX_IDLE_READS = 3;

/** Sweeps among 50,000 scheduled calls: with nothing to do, with 2,000 to hand over, with 250 to dial. */
export const dispatchSweep: Benchmark = {
  name: "dispatch-sweep",
  about: `what the sweep reads among ${digits(STORED)} scheduled calls`,
  async run() {
    const swept = await sweepAmong({ stored: STORED, handOvers: HAND_OVERS, dials: DIALS });
    return [
      {
        figure: `sweep of ${digits(STORED)} calls: documents read where none is due`,
        ours: digits(swept.idleReads),
        limit: digits(MAX_IDLE_READS),
        met: swept.idleReads <= MAX_IDLE_READS,
      },
      ...reading("to hand over to Cloud Tasks", HAND_OVERS, {
        reads: swept.handOverReads,
        done: swept.handedOver,
      }),
      ...reading("to dial, beside the dials", DIALS, { reads: swept.findReads, done: swept.dialled }),
    ];
  },
};

function reading(what: string, due: number, { reads, done }: { reads: number; done: number }): Figure[] {
  return [
    {
      figure: `sweep of ${digits(STORED)} calls: documents read for those due ${what}`,
      ours: digits(reads),
      baseline: `${digits(due)} due`,
      ratio: times(reads / due),
      limit: times(MAX_READ_RATIO),
      met: reads <= due * MAX_READ_RATIO && done === due,
    },
  ];
}
