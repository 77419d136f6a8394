import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { eraseSession } from "./deleteSession";
import { sessions } from "./store";

/**
 * Erases the sessions that have ended longer ago than they are to be kept, whatever was set when they ended, with all that
 * hangs on them. Reads those alone; what
 * is left over waits for the next run. Firestore's own TTL would leave behind what lies below a document.
 * @returns the ids of those that were erased
 */
export async function eraseOutdated(ctx: Ctx, most: number): Promise<string[]> {
  const { RETENTION_DAYS: days } = ctx.config;
  if (days === undefined) return [];
  const latest = ctx.now().getTime() - days * 24 * 60 * 60 * 1_000;
  const { docs } = await sessions(ctx.db)
    .where("endedAt", "<=", Timestamp.fromMillis(latest))
    .orderBy("endedAt")
    .select()
    .limit(most)
    .get();
  for (const { id, ref } of docs) {
    await ref.delete();
    await eraseSession(ctx, id);
  }
  return docs.map(({ id }) => id);
}
