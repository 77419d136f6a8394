import type { Ctx } from "../core/ctx";
import { usageDays } from "./store";

/** Erases what is known of a user's usage: each day with what hangs on it. */
export async function eraseUsageOf(ctx: Ctx, userId: string): Promise<void> {
  const { docs } = await usageDays(ctx.db).where("userId", "==", userId).get();
  const writer = ctx.db.bulkWriter();
  await Promise.all(docs.map(({ ref }) => ctx.db.recursiveDelete(ref, writer)));
  await writer.close();
}
