import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { newId } from "../src/core/ids";
import { listInput } from "../src/transcripts/apiSchemas";
import { enhancedTranscript } from "../src/transcripts/enhancedTranscript";
import { getTranscript } from "../src/transcripts/getTranscript";
import { keepTranscript } from "../src/transcripts/keepTranscript";
import { listTranscripts } from "../src/transcripts/listTranscripts";
import { sessions, type TurnDoc, transcripts, turns } from "../src/voice/store";
import { costOf, ownDatabase } from "../test/support/countedFirestore";
import { storedSession } from "../test/support/storedSession";
import { benchCtx } from "./benchCtx";
import { type Benchmark, digits, type Figure, times } from "./figure";
import { median } from "./statistics";

const STORED = 100_000;
const LISTED = 10;
const MAX_READS = 11;
const TURNS = 2_000;
const ROUNDS = 15;
const MAX_RATIO = 1.5;
const MAX_MEMORY_MIB = 20;
const MIB = 1_048_576;

/** The list among 100,000 conversations, and one of two hours and 2,000 turns read whole. */
export const transcriptsBenchmark: Benchmark = {
  name: "transcripts",
  about: `a list of ${LISTED} among ${digits(STORED)}, a conversation of ${digits(TURNS)} turns`,
  async run() {
    const db = ownDatabase();
    const userId = newId();
    const figures = [...(await listing(db, userId)), ...(await reading(db, userId))];
    await db.terminate();
    return figures;
  },
};

async function listing(db: Firestore, userId: string): Promise<Figure[]> {
  const writer = db.bulkWriter({ throttling: false });
  const collection = db.collection("enhancedTranscripts");
  for (let at = 0; at < STORED; at += 1) {
    const sessionId = `s${at}`;
    void writer.create(
      collection.doc(sessionId),
      storedTranscript(sessionId, at % 10 === 0 ? userId : `u${at % 97}`, at),
    );
  }
  await writer.close();
  const ctx = benchCtx(db, userId);
  const filters = [
    {},
    { call_direction: "outbound" },
    { scenario_name: "sales", date_from: "2026-01-01T00:00:00Z" },
  ];
  let most = 0;
  for (const filter of filters) {
    const input = listInput.parse({ ...filter, limit: LISTED });
    const { reads } = await costOf(db, async () => {
      const { transcripts: found } = await listTranscripts(ctx, input);
      if (found.length !== LISTED) throw new Error(`${found.length} were listed`);
    });
    most = Math.max(most, reads);
  }
  return [
    {
      figure: `transcripts: documents read for a list of ${LISTED} among ${digits(STORED)}, filtered or not`,
      ours: digits(most),
      limit: digits(MAX_READS),
      met: most <= MAX_READS,
    },
  ];
}

function storedTranscript(sessionId: string, userId: string, at: number) {
  const began = new Date(Date.UTC(2026, 0, 1) + Math.floor(at / 3) * 60_000);
  const head = {
    transcript_sid: sessionId,
    call_date: began.toISOString(),
    duration: 60,
    call_direction: "outbound",
    scenario_name: "sales",
  };
  const summary = { duration_formatted: "1:00", participant_info: {} };
  return {
    sessionId,
    userId,
    transcriptSid: sessionId,
    callDate: Timestamp.fromDate(began),
    callDirection: "outbound",
    scenarioName: "sales",
    speakers: [],
    timeline: { zero: "session", offset_seconds: 0, drift: 0 },
    listed: { id: sessionId, ...head, participant_count: 2, conversation_turns: 9, total_words: 90, summary },
    parts: 0,
  };
}

async function reading(db: Firestore, userId: string): Promise<Figure[]> {
  const sessionId = "two-hours";
  await hold(db, { sessionId, userId });
  await keepTranscript(benchCtx(db), sessionId);
  const ctx = benchCtx(db, userId);
  // As it goes out: held to its schema, and written as JSON.
  const ours = async () => {
    const whole = enhancedTranscript.parse(await getTranscript(ctx, { transcript_sid: sessionId }));
    if (whole.conversation_flow.length !== TURNS) throw new Error("turns are missing");
    return JSON.stringify(whole).length;
  };
  const bare = async () => (await turns(db, sessionId).withConverter(null).orderBy("order").get()).size;
  const rounds: { ours: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ ours: await timed(ours), bare: await timed(bare) });
  }
  const [oursMs, bareMs] = [median(rounds.map((one) => one.ours)), median(rounds.map((one) => one.bare))];
  const grownMib = (await grownBy(ours)) / MIB;
  return [
    {
      figure: `transcripts: a conversation of ${digits(TURNS)} turns, against the query of its turns`,
      ours: `${digits(oursMs)} ms`,
      baseline: `${digits(bareMs)} ms`,
      ratio: times(oursMs / bareMs),
      limit: times(MAX_RATIO),
      met: oursMs / bareMs <= MAX_RATIO,
    },
    {
      figure: "  memory that is held beyond the baseline while it is read",
      ours: `${digits(grownMib)} MiB`,
      limit: `${MAX_MEMORY_MIB} MiB`,
      met: grownMib <= MAX_MEMORY_MIB,
    },
  ];
}

async function hold(
  db: Firestore,
  { sessionId, userId }: { sessionId: string; userId: string },
): Promise<void> {
  const began = Date.now() - 7_200_000;
  const world = { now: () => new Date(began) };
  const ended = { status: "ended" as const, endedAt: Timestamp.now() };
  await sessions(db)
    .doc(sessionId)
    .set({ ...storedSession(world, { sessionId, userId }), ...ended });
  const writer = db.bulkWriter({ throttling: false });
  for (let at = 0; at < TURNS; at += 1) {
    const turn: TurnDoc = {
      sessionId,
      userId,
      itemId: `item_${at}`,
      role: at % 2 === 0 ? "assistant" : "user",
      content:
        `This is what was said in turn ${at}, in about as many words as a turn has on the phone. `.repeat(2),
      timestamp: Timestamp.fromMillis(began + at * 3_600),
      order: at,
      interrupted: at % 40 === 0,
      ...(at % 40 === 0 ? { heardMs: 900 } : {}),
    };
    void writer.set(turns(db, sessionId).doc(turn.itemId), turn);
  }
  await writer.close();
  const now = Timestamp.now();
  await transcripts(db)
    .doc(sessionId)
    .set({ sessionId, userId, messages: [], createdAt: now, completedAt: now });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How much more is held right after the work than before it, in bytes. */
async function grownBy(work: () => Promise<unknown>): Promise<number> {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const held = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
  const before = held();
  await work();
  return Math.max(0, held() - before);
}
