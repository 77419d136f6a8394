import { Timestamp } from "firebase-admin/firestore";
import { newId, randomToken, sha256 } from "../src/core/ids";
import { connectVoice } from "../src/voice/connectVoice";
import { costOf, type FirestoreCost, ownDatabase } from "../test/support/countedFirestore";
import { benchCtx } from "./benchCtx";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { median } from "./statistics";

const WARM_UPS = 50;
const ROUNDS = 200;
const LIMITS = { transactions: 1, reads: 3, writes: 3 } as const;

type Db = ReturnType<typeof ownDatabase>;

/** What it costs to open a new session, counted, and timed against a transaction that does the same and no more. */
export const connect: Benchmark = {
  name: "connect",
  about: "connectVoice, warm, on the Firestore emulator",
  async run() {
    const db = ownDatabase();
    for (let warmUp = 0; warmUp < WARM_UPS; warmUp += 1) {
      await connectOnce(db);
      await bareTransaction(db);
    }
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await timed(() => connectOnce(db)));
      bare.push(await timed(() => bareTransaction(db)));
    }
    const cost = await costOf(db, () => connectOnce(db));
    const bareCost = await costOf(db, () => bareTransaction(db));
    await db.terminate();
    return [...counted(cost, bareCost), timing(median(ours), median(bare))];
  },
};

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function connectOnce(db: Db): Promise<void> {
  const userId = newId();
  await connectVoice(benchCtx(db, userId), { sessionId: newId(), userId });
}

/** Two reads and three writes of documents as large as ours, in as few round trips as it takes. */
async function bareTransaction(db: Db): Promise<void> {
  const userId = newId();
  const sessionId = newId();
  const session = db.doc(`bareSessions/${sessionId}`);
  const limits = db.doc(`bareUsers/${userId}`);
  const now = Timestamp.now();
  await db.runTransaction(async (tx) => {
    await tx.getAll(session, limits);
    tx.create(session, {
      sessionId,
      userId,
      kind: "app",
      status: "active",
      createdAt: now,
      expiresAt: now,
      model: "gpt-realtime-2.1",
      voice: "marin",
      instructions: INSTRUCTIONS,
      relayId: null,
      connectionId: null,
      connections: 0,
    });
    tx.set(limits, { connects: [now.toMillis()], active: { [sessionId]: now.toMillis() }, expiresAt: now });
    tx.set(db.doc(`bareTickets/${sha256(randomToken())}`), { sessionId, userId, expiresAt: now });
  });
}

// As long as the default ones.
const INSTRUCTIONS = "You are a helpful voice assistant. ".repeat(11);

function counted(ours: FirestoreCost, bare: FirestoreCost): Figure[] {
  const limited = (["transactions", "reads", "writes"] as const).map((what) => ({
    figure: `connectVoice: ${what}`,
    ours: digits(ours[what]),
    baseline: digits(bare[what]),
    limit: digits(LIMITS[what]),
    met: ours[what] <= LIMITS[what],
  }));
  const roundTrips = {
    figure: "connectVoice: round trips",
    ours: digits(ours.roundTrips),
    baseline: digits(bare.roundTrips),
  };
  return [...limited, roundTrips];
}

function timing(ours: number, bare: number): Figure {
  return {
    figure: "connectVoice: time, against a bare transaction of the same size",
    ours: `${digits(ours, 1)} ms`,
    baseline: `${digits(bare, 1)} ms`,
    ratio: times(ours / bare),
  };
}
