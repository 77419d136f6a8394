import { type QuerySnapshot, Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { withLease } from "../core/lease";
import { endedFields } from "./endSession";
import { SWEEP_BATCH, SWEEP_LEASE_SECONDS, SWEEP_MAX_BATCHES } from "./limits";
import { type SessionDoc, sessions } from "./store";

/** What one run of the sweep did. */
export interface SweepResult {
  /** Documents that were read. */
  read: number;
  /** Sessions that this run ended; one that somebody else ended meanwhile is not counted. */
  ended: number;
}

/**
 * Ends the sessions that have expired. Reads only those, one read and one write each, at most
 * `SWEEP_BATCH × SWEEP_MAX_BATCHES` a run; what is left waits for the next minute. Two runs at once are safe: the
 * lease spares the second its reads, and the precondition on each write lets just one of them end a session.
 */
export async function endExpiredSessions(ctx: Ctx): Promise<SweepResult> {
  const result = await withLease(ctx, "endExpiredSessions", SWEEP_LEASE_SECONDS, () => sweep(ctx));
  return result ?? { read: 0, ended: 0 };
}

async function sweep(ctx: Ctx): Promise<SweepResult> {
  const total: SweepResult = { read: 0, ended: 0 };
  for (let batch = 0; batch < SWEEP_MAX_BATCHES; batch += 1) {
    const expired = await sessions(ctx.db)
      .where("status", "==", "active")
      .where("expiresAt", "<=", Timestamp.fromDate(ctx.now()))
      .orderBy("expiresAt")
      .limit(SWEEP_BATCH)
      .get();
    total.read += expired.size;
    total.ended += await endAll(ctx, expired);
    if (expired.size < SWEEP_BATCH) break;
  }
  if (total.ended > 0) ctx.log.info("ended expired sessions", { ...total });
  return total;
}

async function endAll(ctx: Ctx, expired: QuerySnapshot<SessionDoc, SessionDoc>): Promise<number> {
  const writer = ctx.db.bulkWriter();
  // One that was ended or deleted meanwhile is nobody's failure; anything transient is the writer's to retry.
  writer.onWriteError((error) => !isOvertaken(error) && error.failedAttempts < 5);
  const outcomes = expired.docs.map((document) =>
    writer
      .update(document.ref, { ...endedFields(ctx, "expired") }, { lastUpdateTime: document.updateTime })
      .then(() => true)
      .catch((error: unknown) => {
        if (!isOvertaken(error)) ctx.log.error("a session could not be ended", { error });
        return false;
      }),
  );
  await writer.close();
  return (await Promise.all(outcomes)).filter(Boolean).length;
}
