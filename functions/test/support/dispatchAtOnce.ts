import { scheduledCalls } from "../../src/calls/store";
import { type DispatchProcess, startDispatcher } from "./dispatchProcess";
import { type DispatchWorld, dialsOf, dispatchWorld, storeDue, storedCalls } from "./dispatchWorld";

/** What many dispatchers made of the same due calls. */
export interface DispatchedAtOnce {
  /** Requests to call somebody, as the phone network counted them. */
  dials: number;
  /** Numbers that were called more than once. */
  dialledTwice: number;
  /** Scheduled calls that are `placed`, with the call that the phone network has of their number. */
  placed: number;
  /** Tasks that were given to all dispatchers together. */
  tasks: number;
  /** Calls that each process has dialled for a task. */
  shares: number[];
  seconds: number;
}

/**
 * Gives the tasks of all due calls to each of so many processes at the same moment, as if Cloud Tasks delivered each so often,
 * while each of them sweeps; again what had to wait, until nothing waits.
 */
export async function dispatchAtOnce(size: { calls: number; processes: number }): Promise<DispatchedAtOnce> {
  const world = await dispatchWorld();
  const started: DispatchProcess[] = [];
  try {
    const starting = Array.from({ length: size.processes }, async () => {
      started.push(await startDispatcher(world));
    });
    await Promise.all(starting);
    const delivered = await deliverToAll(world, started, await storeDue(world.db, size.calls));
    const dials = [...dialsOf(world).values()];
    return {
      ...delivered,
      dials: dials.reduce((sum, one) => sum + one, 0),
      dialledTwice: dials.filter((one) => one > 1).length,
      placed: await countPlaced(world),
    };
  } finally {
    await Promise.all(started.map((one) => one.kill()));
    await world.stop();
  }
}

/** Of one dispatcher; the deployed one takes up to 50, on any number of instances. */
const TASKS_AT_ONCE = 20;
const GIVEN_UP_AFTER_MS = 150_000;

async function deliverToAll({ db }: DispatchWorld, dispatchers: DispatchProcess[], due: string[]) {
  const begin = performance.now();
  const shares: number[] = Array(dispatchers.length).fill(0);
  let tasks = 0;
  for (let ids = due; ids.length > 0 && performance.now() - begin < GIVEN_UP_AFTER_MS; ) {
    const order = { ids, atOnce: TASKS_AT_ONCE, isSweeping: true };
    const reports = await Promise.all(dispatchers.map((one) => one.dispatch(order)));
    for (const [index, { placed = 0 }] of reports.entries()) shares[index] = (shares[index] ?? 0) + placed;
    tasks += ids.length * dispatchers.length;
    const { docs } = await scheduledCalls(db).where("status", "==", "scheduled").get();
    ids = docs.map((document) => document.id);
  }
  return { shares, tasks, seconds: (performance.now() - begin) / 1_000 };
}

async function countPlaced({ db, twilio }: DispatchWorld): Promise<number> {
  const sids = new Map(twilio.calls().map(({ to, sid }) => [to, sid]));
  const calls = await storedCalls(db);
  return calls.filter(
    ({ status, callSid, dueAt, options }) =>
      status === "placed" && dueAt === null && callSid === sids.get(options.phone_number),
  ).length;
}
