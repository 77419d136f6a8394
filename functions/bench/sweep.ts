import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { SESSION_TTL_SECONDS } from "../src/voice/limits";
import { sessions } from "../src/voice/store";
import { ownDatabase } from "../test/support/countedFirestore";
import { storedSession } from "../test/support/storedSession";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { startWorker } from "./worker";
import type { SweeperApi } from "./workers/sweeper";

const STORED = 20_000;
const EXPIRED = 2_000;
const SWEEPERS = 2;
const MAX_READ_RATIO = 1.1;

type Sweep = Awaited<ReturnType<SweeperApi["sweep"]>>;

/** Two sweepers in processes of their own start at once on 20,000 sessions, of which 2,000 have expired. */
export const sweep: Benchmark = {
  name: "sweep",
  about: `${digits(EXPIRED)} expired among ${digits(STORED)} sessions, ${SWEEPERS} sweepers at once`,
  async run() {
    const db = ownDatabase();
    await seed(db);
    const before = await versions(db);
    const sweeps = await sweepAtOnce(db.databaseId);
    const after = await db.collection("voiceSessions").get();
    await db.terminate();
    const changed = after.docs.filter((one) => one.updateTime.toMillis() !== before.get(one.id));
    const rightlyEnded = changed.filter(
      (one) =>
        one.id.startsWith("expired") && one.get("status") === "ended" && one.get("endReason") === "expired",
    );
    return figures(sweeps, { changed: changed.length, rightlyEnded: rightlyEnded.length });
  },
};

/** Of those that have not expired, half are open and half ended long ago. */
async function seed(db: Firestore): Promise<void> {
  const world = { now: () => new Date() };
  const longAgo = Timestamp.fromMillis(Date.now() - 2 * SESSION_TTL_SECONDS * 1_000);
  const writer = db.bulkWriter({ throttling: false });
  for (let n = 0; n < STORED; n += 1) {
    const one =
      n < EXPIRED
        ? { sessionId: `expired-${n}`, createdAt: longAgo }
        : n % 2 === 0
          ? { sessionId: `open-${n}` }
          : { sessionId: `ended-${n}`, createdAt: longAgo, status: "ended" as const };
    void writer.set(sessions(db).doc(one.sessionId), storedSession(world, one));
  }
  await writer.close();
}

async function versions(db: Firestore): Promise<Map<string, number>> {
  const { docs } = await db.collection("voiceSessions").select().get();
  return new Map(docs.map((one) => [one.id, one.updateTime.toMillis()]));
}

async function sweepAtOnce(database: string): Promise<Sweep[]> {
  const workers = Array.from({ length: SWEEPERS }, () =>
    startWorker<SweeperApi>("sweeper.js", { env: { BENCH_DATABASE: database } }),
  );
  try {
    await Promise.all(workers.map((worker) => worker.call("warmUp", null)));
    return await Promise.all(workers.map((worker) => worker.call("sweep", null)));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

function figures(sweeps: Sweep[], outcome: { changed: number; rightlyEnded: number }): Figure[] {
  const sum = (of: (one: Sweep) => number) => sweeps.reduce((total, one) => total + of(one), 0);
  const ended = sum((one) => one.ended);
  const reads = sum((one) => one.reads);
  const seconds = Math.max(...sweeps.map(({ ms }) => ms)) / 1_000;
  return [
    {
      figure: "sweep: sessions ended, counted by both sweepers together",
      ours: digits(ended),
      baseline: `${digits(EXPIRED)} expired`,
      ratio: times(ended / EXPIRED),
      limit: "1.00×",
      met: ended === EXPIRED,
    },
    {
      figure: "sweep: sessions changed in Firestore, all of them rightly",
      ours: digits(outcome.changed),
      baseline: `${digits(EXPIRED)} expired`,
      ratio: times(outcome.changed / EXPIRED),
      limit: "1.00×",
      met: outcome.changed === EXPIRED && outcome.rightlyEnded === EXPIRED,
    },
    {
      figure: "sweep: documents read by both sweepers together",
      ours: digits(reads),
      baseline: `${digits(EXPIRED)} expired`,
      ratio: times(reads / EXPIRED),
      limit: times(MAX_READ_RATIO),
      met: reads <= EXPIRED * MAX_READ_RATIO,
    },
    { figure: "sweep: documents written", ours: digits(sum((one) => one.writes)) },
    { figure: "sweep: time", ours: `${digits(seconds, 1)} s` },
  ];
}
