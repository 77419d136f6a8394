import { endExpiredSessions, type SweepResult } from "../../src/voice/endExpiredSessions";
import { costOf, ownDatabase } from "../../test/support/countedFirestore";
import { benchCtx } from "../benchCtx";
import { answerCalls } from "../worker";

const db = ownDatabase(process.env.BENCH_DATABASE);

const api = {
  /** Opens the connection to Firestore, so that two sweepers begin at the same moment. */
  async warmUp(_input: null): Promise<void> {
    await db.doc("voiceSessions/none").get();
  },

  /** One run of the sweep, and what Firestore was asked for. */
  async sweep(_input: null): Promise<SweepResult & { reads: number; writes: number; ms: number }> {
    const ctx = benchCtx(db);
    const start = performance.now();
    let result: SweepResult = { read: 0, ended: 0 };
    const cost = await costOf(db, async () => {
      result = await endExpiredSessions(ctx);
    });
    return { ...result, reads: cost.reads, writes: cost.writes, ms: performance.now() - start };
  },
};
export type SweeperApi = typeof api;

answerCalls(api);
