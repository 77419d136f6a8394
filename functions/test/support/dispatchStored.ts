import { Timestamp } from "firebase-admin/firestore";
import { dialScheduled } from "../../src/calls/dialScheduled";
import type { ScheduledCallDoc } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { costOf } from "./countedFirestore";
import { startTaskQueue } from "./dispatchTasks";
import {
  type DispatchWorld,
  dialsOf,
  dispatchWorld,
  storeCalls,
  storeDue,
  storedCall,
} from "./dispatchWorld";

/** How many calls are stored, and for how many of them something is due. */
export interface StoredCalls {
  stored: number;
  handOvers: number;
  dials: number;
}

/** What sweeps read, by documents, among calls of which most are not due. */
export interface SweptAmong {
  /** One run where nothing is due. */
  idleReads: number;
  /** As many runs as it takes for all that are to be handed over to Cloud Tasks, and what was. */
  handOverReads: number;
  handedOver: number;
  /** Likewise for all that are to be dialled, beyond what it costs to dial each of them; and what was dialled. */
  findReads: number;
  dialled: number;
}

const DAY_MS = 86_400_000;
/** More than any number of due calls here needs. */
const MOST_RUNS = 40;
const ENDS = ["placed", "cancelled", "missed", "refused"] as const;

/** Sweeps with nothing to do, then with calls to hand over, then with calls to dial. */
export async function sweepAmong({ stored, handOvers, dials }: StoredCalls): Promise<SweptAmong> {
  const world = await dispatchWorld();
  const queue = await startTaskQueue(() => new Date());
  try {
    await storeCalls(world.db, notDue(stored - handOvers - dials));
    const idleReads = await sweepUntilNone(world);
    await storeCalls(world.db, toHandOver(handOvers, stored));
    const handOverReads = await sweepUntilNone(world);
    const oneDial = await readsOfADial(world);
    const before = dialsOf(world).size;
    await storeDue(world.db, dials, stored + handOvers);
    const dialReads = await sweepUntilNone(world);
    return {
      idleReads,
      handOverReads,
      handedOver: queue.tasks.length,
      findReads: dialReads - dials * oneDial,
      dialled: dialsOf(world).size - before,
    };
  } finally {
    await queue.stop();
    await world.stop();
  }
}

/** Of those for which nothing is due, half have ended; the others wait for their time, or until Cloud Tasks takes them. */
function* notDue(count: number): Generator<ScheduledCallDoc> {
  const now = Date.now();
  for (let n = 0; n < count; n += 1) {
    const status = ENDS[Math.floor(n / 2) % ENDS.length] ?? "placed";
    const ahead = 60_000 + (n % 365) * DAY_MS;
    if (n % 2 === 0) yield storedCall(n, new Date(now - ahead), { status, dueAt: null });
    else yield waiting(n, new Date(now + ahead));
  }
}

function waiting(n: number, at: Date): ScheduledCallDoc {
  const isEnqueued = at.getTime() - Date.now() < 28 * DAY_MS;
  const dueAt = isEnqueued ? at.getTime() : at.getTime() - 28 * DAY_MS;
  return storedCall(n, at, { isEnqueued, dueAt: Timestamp.fromMillis(dueAt) });
}

/** Calls that come within Cloud Tasks' reach. */
function* toHandOver(count: number, from: number): Generator<ScheduledCallDoc> {
  const at = new Date(Date.now() + 28 * DAY_MS);
  for (let n = from; n < from + count; n += 1)
    yield storedCall(n, at, { isEnqueued: false, dueAt: Timestamp.now() });
}

/** @returns documents read by as many runs as it takes, the last of which finds nothing */
async function sweepUntilNone({ db, ctx }: DispatchWorld): Promise<number> {
  let reads = 0;
  for (let run = 0, found = 1; found > 0; run += 1) {
    if (run === MOST_RUNS) throw new Error(`${found} calls are still due after ${run} runs.`);
    const cost = await costOf(db, async () => {
      found = (await sweepScheduled(ctx(), { dialsASecond: 100 })).read;
    });
    reads += cost.reads;
  }
  return reads;
}

async function readsOfADial(world: DispatchWorld): Promise<number> {
  const [id = ""] = await storeDue(world.db, 1, NUMBERS);
  return (await costOf(world.db, () => dialScheduled(world.ctx(), id))).reads;
}

/** Above those of all other calls. */
const NUMBERS = 900_000;
