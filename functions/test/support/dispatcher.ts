import { setTimeout as sleep } from "node:timers/promises";
import { type Dialled, dialScheduled } from "../../src/calls/dialScheduled";
import { numberZones } from "../../src/calls/numberZones";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import type { Ctx } from "../../src/core/ctx";
import { twilioAccount } from "../../src/providers/twilioClient";
import { ownDatabase } from "./countedFirestore";
import { slowCommits } from "./dispatchFaults";
import { dispatchCtx, phoneOf } from "./dispatchWorld";

// Run as a process of its own: an instance that is given the tasks of scheduled calls, and sweeps beside them.

/** Tasks as Cloud Tasks gives them: these, in this order, so many at a time. */
export interface DispatchOrder {
  ids: string[];
  atOnce: number;
  /** Whether it sweeps as long. */
  isSweeping: boolean;
}

/** What came of the tasks, by count; `error` is one that Cloud Tasks would give again. */
export type DispatchReport = Partial<Record<Dialled | "error", number>>;

const SWEEP_PAUSE_MS = 500;

const db = ownDatabase(process.env.DISPATCH_DATABASE);
slowCommits(db, Number(process.env.DISPATCH_COMMIT_MS ?? 0));
// What goes wrong, and is left to the next attempt, shows in what comes of it.
const ctx = dispatchCtx(db, process.env, () => {});

async function dispatch(order: DispatchOrder): Promise<DispatchReport> {
  const done = new AbortController();
  const sweeping = order.isSweeping && sweepUntil(ctx, done.signal);
  const report = await deliver(ctx, order);
  done.abort();
  await sweeping;
  return report;
}

async function deliver(ctx: Ctx, { ids, atOnce }: DispatchOrder): Promise<DispatchReport> {
  const report: DispatchReport = {};
  const waiting = ids.values();
  const takeTasks = async () => {
    for (const id of waiting) {
      const outcome = await dialScheduled(ctx, id).catch(() => "error" as const);
      report[outcome] = (report[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, takeTasks));
  return report;
}

async function sweepUntil(ctx: Ctx, done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    // One that fails is left to the next.
    await sweepScheduled(ctx, { dialsASecond: 100 }).catch(() => {});
    await sleep(SWEEP_PAUSE_MS);
  }
}

/** Connected and loaded, so that all begin at the same moment. */
async function warmUp(): Promise<void> {
  await db.doc("scheduledCalls/none").get();
  await twilioAccount(ctx.config);
  await numberZones(phoneOf(0));
}

process.on("message", async (order: DispatchOrder) => process.send?.(await dispatch(order)));
// A test that is over takes its dispatchers with it.
process.on("disconnect", () => process.exit());
void warmUp().then(() => process.send?.("ready"));
