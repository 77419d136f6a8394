import { Timestamp } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { eraseSession } from "./deleteSession";
import { sessions } from "./store";

/**
 * Erases the sessions that have been kept for as long as they shall be, with all that hangs on them. Reads those alone; what
 * is left over waits for the next run. Firestore's own TTL would leave behind what lies below a document.
 * @returns the ids of those that were erased
 */
export async function eraseOutdated(ctx: Ctx, most: number): Promise<string[]> {
  const { docs } = await sessions(ctx.db)
    .where("deleteAt", "<=", Timestamp.fromDate(ctx.now()))
    .orderBy("deleteAt")
    .select()
    .limit(most)
    .get();
  for (const { id, ref } of docs) {
    await ref.delete();
    await eraseSession(ctx, id);
  }
  return docs.map(({ id }) => id);
}
