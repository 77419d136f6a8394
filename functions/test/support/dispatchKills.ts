import { setTimeout as sleep } from "node:timers/promises";
import { checkCalls } from "../../src/calls/checkCalls";
import { callSpend, type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { sweepScheduled } from "../../src/calls/sweepScheduled";
import { findPhoneSession } from "../../src/voice/phoneSessions";
import { type SlowLine, slowLine } from "./dispatchLine";
import { startDispatcher } from "./dispatchProcess";
import { type DispatchWorld, dispatchWorld, storeDue, storedCalls } from "./dispatchWorld";

/** Where a kill hits a call. */
export type KillWindow =
  /** It is claimed, and Twilio was not asked for it. */
  | "before the dial"
  /** Twilio has it, and we have not stored that. */
  | "before storing"
  /** Its session knows Twilio's call, and it is still `dialling`. */
  | "before the end";

export interface KilledDispatchers {
  kills: number;
  /** Kills by where they hit a call; several calls were under way at each. */
  hits: Record<KillWindow, number>;
  /** Kills that hit no call. */
  missed: number;
  calls: number;
  /** Calls that Twilio has for all numbers together, and numbers of which it has more than one. */
  dials: number;
  dialledTwice: number;
  /** `placed`, with the one call that Twilio has of the number. */
  placed: number;
  /** `unknown`, and Twilio has no call. */
  unknown: number;
  /** Neither: with what they are. */
  unaccounted: string[];
  /** What is still set aside for calls, in USD. */
  reservedUsd: number;
}

/** How dispatchers are killed. */
export interface Killing {
  kills: number;
  /**
   * At any moment while a dispatcher takes several tasks at once and sweeps; or while it waits for Twilio with the one task
   * that it has, so that no transaction is cut off, and nothing stays locked.
   */
  moment: "any" | "on the line";
}

/** A call that takes 200 ms at Twilio, and 20 each time it is written, shows each window to a kill at any moment. */
const LINE_MS = 100;
const COMMIT_MS = 20;
/** Due in the life of each dispatcher, which would need longer for them. */
const CALLS_A_LIFE = 12;
/** Before, it has claimed none. */
const KILLED_AFTER_MS = { least: 250, most: 1_250 };
const TASKS_AT_ONCE = 4;
/** For what is on the line. */
const SETTLE_MS = 3 * LINE_MS;
/** For so long Firestore waits for a client that has begun a transaction and is gone. */
const LOCKED_MS = 65_000;
/** A run asks of 100 calls at most. */
const CHECK_RUNS = 10;
/** When each call is at its end, with a margin: one that is not found is given up after 8 minutes. */
const RECONCILED_AFTER_MINUTES = 14;

/**
 * Kills dispatchers while they dial; then lets time pass, with the check of calls and the sweep each minute as the schedule
 * has it, and counts what has become of all calls.
 */
export async function killDispatchers({ kills, moment }: Killing): Promise<KilledDispatchers> {
  const world = await dispatchWorld();
  const line = await slowLine(world.twilio.url, LINE_MS);
  const hits = { "before the dial": 0, "before storing": 0, "before the end": 0 };
  const known = new Set<string>();
  let missed = 0;
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const ids = await storeDue(world.db, CALLS_A_LIFE, kill * CALLS_A_LIFE);
      await killOnce(world, line, { ids, moment });
      const windows = await windowsHit(world, known);
      for (const window of windows) hits[window] += 1;
      if (windows.size === 0) missed += 1;
    }
    if (moment === "any") await sleep(LOCKED_MS);
    await reconcile(world);
    return { kills, hits, missed, ...(await account(world)) };
  } finally {
    await line.stop();
    await world.stop();
  }
}

const between = (least: number, most: number) => least + Math.random() * (most - least);

/** Lets a dispatcher take these tasks, and kills it. */
async function killOnce(
  world: DispatchWorld,
  line: SlowLine,
  { ids, moment }: Pick<Killing, "moment"> & { ids: string[] },
): Promise<void> {
  const isAny = moment === "any";
  const settings = { TWILIO_API_BASE_URL: line.url, DISPATCH_COMMIT_MS: String(COMMIT_MS) };
  const dispatcher = await startDispatcher(world, settings);
  const killed = dispatcher
    .dispatch({ ids, atOnce: isAny ? TASKS_AT_ONCE : 1, isSweeping: isAny })
    .catch(() => {});
  if (isAny) await sleep(between(KILLED_AFTER_MS.least, KILLED_AFTER_MS.most));
  else {
    await line.nextRequest();
    await sleep(between(0, 2 * LINE_MS + COMMIT_MS));
  }
  await dispatcher.kill();
  await killed;
  // Who is killed within its sweep holds the lease for two minutes more: they are over at once, where it is not locked too.
  const freed = world.db
    .doc("leases/sweepScheduled")
    .delete()
    .catch(() => {});
  await Promise.race([freed, sleep(SETTLE_MS)]);
  await sleep(SETTLE_MS);
}

/** Where the last kill hit calls. @param known those that were hit before; new ones are added */
async function windowsHit({ db, twilio, ctx }: DispatchWorld, known: Set<string>): Promise<Set<KillWindow>> {
  const called = new Set(twilio.calls().map(({ to }) => to));
  const { docs } = await scheduledCalls(db).where("status", "==", "dialling").get();
  const windows = new Set<KillWindow>();
  for (const { scheduledId, sessionId = "", options } of docs.map((document) => document.data())) {
    if (known.has(scheduledId)) continue;
    known.add(scheduledId);
    const isStored = (await findPhoneSession(ctx(), sessionId))?.call.callSid != null;
    if (isStored) windows.add("before the end");
    else windows.add(called.has(options.phone_number) ? "before storing" : "before the dial");
  }
  return windows;
}

/** What the schedule does each minute, for a quarter of an hour. */
async function reconcile({ ctx }: DispatchWorld): Promise<void> {
  for (let minute = 1; minute <= RECONCILED_AFTER_MINUTES; minute += 1) {
    const later = ctx(minute * 60);
    for (let run = 0; run < CHECK_RUNS && (await checkCalls(later)) > 0; run += 1);
    await sweepScheduled(later, { dialsASecond: 100 });
  }
}

async function account(world: DispatchWorld): Promise<Omit<KilledDispatchers, "kills" | "hits" | "missed">> {
  const calls = await storedCalls(world.db);
  const dialled = callsByNumber(world);
  const fates = calls.map((call) => fateOf(call, dialled.get(call.options.phone_number) ?? []));
  const spends = (await callSpend(world.db).get()).docs.map((document) => document.data());
  return {
    calls: calls.length,
    dials: [...dialled.values()].flat().length,
    dialledTwice: [...dialled.values()].filter((sids) => sids.length > 1).length,
    placed: fates.filter((fate) => fate === "placed").length,
    unknown: fates.filter((fate) => fate === "unknown").length,
    unaccounted: fates.filter((fate) => fate !== "placed" && fate !== "unknown"),
    reservedUsd: spends.reduce((sum, { reservedUsd }) => sum + reservedUsd, 0),
  };
}

/** The calls that the phone network has of each number. */
function callsByNumber({ twilio }: DispatchWorld): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  for (const { to, sid } of twilio.calls()) calls.set(to, [...(calls.get(to) ?? []), sid]);
  return calls;
}

function fateOf({ scheduledId, status, callSid, dueAt }: ScheduledCallDoc, sids: string[]): string {
  if (dueAt === null && status === "placed" && sids.length === 1 && sids[0] === callSid) return "placed";
  if (dueAt === null && status === "unknown" && sids.length === 0) return "unknown";
  return `${scheduledId} is ${status}${dueAt ? ", due" : ""}: ${sids.length} calls`;
}
