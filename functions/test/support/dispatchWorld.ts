import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { startTwilioSimulator, type TwilioSimulator } from "../../simulators/twilio/server";
import { type ScheduledCallDoc, scheduledCalls } from "../../src/calls/store";
import { parseConfig } from "../../src/core/config";
import type { Ctx } from "../../src/core/ctx";
import { firebaseAuth } from "../../src/core/firebaseAuth";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { ownDatabase } from "./countedFirestore";

/** What dispatchers in processes of their own share: a database, a phone network that counts, and the settings of both. */
export interface DispatchWorld {
  db: Firestore;
  twilio: TwilioSimulator;
  settings: Record<string, string>;
  /** What was logged as an error. */
  log: string[];
  /** The system's context, by a clock that is so much ahead. */
  ctx(aheadSeconds?: number): Ctx;
  stop(): Promise<void>;
}

/** A world whose phones are all busy, and whose callbacks nobody hears. */
export async function dispatchWorld(): Promise<DispatchWorld> {
  const db = ownDatabase();
  const twilio = await startTwilioSimulator({
    account: { sid: `AC${"0".repeat(32)}`, authToken: "a token of the simulator's", numbers: [OWN_NUMBER] },
    script: { answer: "busy", queuedMs: 0, ringMs: 10, keepAudio: false },
  });
  const settings = {
    TWILIO_ACCOUNT_SID: twilio.account.sid,
    TWILIO_AUTH_TOKEN: twilio.account.authToken,
    TWILIO_PHONE_NUMBER: OWN_NUMBER,
    TWILIO_API_BASE_URL: twilio.url,
    PUBLIC_URL: "http://127.0.0.1:9",
    RELAY_URL: "wss://relay.test",
    CALL_HOURS: "00:00-24:00",
  };
  const log: string[] = [];
  const ctx = dispatchCtx(db, settings, (line) => log.push(line));
  return {
    db,
    twilio,
    settings,
    log,
    ctx: (aheadSeconds = 0) => ({ ...ctx, now: () => new Date(Date.now() + aheadSeconds * 1_000) }),
    stop: async () => {
      await twilio.stop();
      await db.terminate();
    },
  };
}

const OWN_NUMBER = "+14155550100";

/** The system's context on a database. @param write gets a line for each error */
export function dispatchCtx(
  db: Firestore,
  settings: Record<string, string | undefined>,
  write: (line: string) => void,
): Ctx {
  return {
    requestId: "dispatch",
    log: createLogger("ERROR", write),
    now: () => new Date(),
    newId,
    config: parseConfig(settings),
    db,
  };
}

/** The phone of a call, which no other has. @param n below 7,000,000 */
export const phoneOf = (n: number) => `+1415${3_000_000 + n}`;

/** A scheduled call as it is stored: each has a user of its own, whom no other call brings to a limit. */
export function storedCall(n: number, at: Date, fields: Partial<ScheduledCallDoc> = {}): ScheduledCallDoc {
  return {
    scheduledId: `call-${n}`,
    userId: `user-${n}`,
    status: "scheduled",
    at: Timestamp.fromDate(at),
    dueAt: Timestamp.fromDate(at),
    isEnqueued: true,
    createdAt: Timestamp.fromMillis(at.getTime() - 3_600_000),
    options: { phone_number: phoneOf(n), scenarioId: "survey", record: false, max_minutes: 5 },
    ...fields,
  };
}

/** Stores calls, many at once. */
export async function storeCalls(db: Firestore, calls: Iterable<ScheduledCallDoc>): Promise<void> {
  const writer = db.bulkWriter({ throttling: false });
  for (const call of calls) void writer.set(scheduledCalls(db).doc(call.scheduledId), call);
  await writer.close();
}

/** Gives these users accounts: who has none is not called for. @param uids at most 1,000 */
export async function addAccounts(uids: string[]): Promise<void> {
  await (await firebaseAuth()).importUsers(uids.map((uid) => ({ uid })));
}

/** Stores so many calls whose time has come, of users with accounts. @returns their ids */
export async function storeDue(db: Firestore, count: number, from = 0): Promise<string[]> {
  const now = new Date();
  const calls = Array.from({ length: count }, (_, index) => storedCall(from + index, now));
  await addAccounts(calls.map(({ userId }) => userId));
  await storeCalls(db, calls);
  return calls.map(({ scheduledId }) => scheduledId);
}

/** How often the phone network was asked to call each number. */
export function dialsOf({ twilio }: Pick<DispatchWorld, "twilio">): Map<string, number> {
  const dials = new Map<string, number>();
  for (const { method, path, params } of twilio.requests()) {
    if (method !== "POST" || !path.endsWith("/Calls.json")) continue;
    const to = String(params.To);
    dials.set(to, (dials.get(to) ?? 0) + 1);
  }
  return dials;
}

/** All scheduled calls as they stand. */
export async function storedCalls(db: Firestore): Promise<ScheduledCallDoc[]> {
  return (await scheduledCalls(db).get()).docs.map((document) => document.data());
}
