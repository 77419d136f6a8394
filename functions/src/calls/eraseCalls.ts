import type { Ctx } from "../core/ctx";
import { eraseDoNotCallOf } from "./doNotCall";
import { callRequests, callSpend, phoneNumbers, scheduledCalls } from "./store";

/**
 * Erases what is kept of a user's calls beside their sessions: requests, calls for later, the days' money, the numbers
 * that the user's scenarios answer, and the user's own do-not-call list.
 */
export async function eraseCallsOf(ctx: Ctx, userId: string): Promise<void> {
  for (const collection of [
    callRequests(ctx.db),
    phoneNumbers(ctx.db),
    scheduledCalls(ctx.db),
    callSpend(ctx.db),
  ]) {
    const { docs } = await collection.where("userId", "==", userId).select().get();
    await Promise.all(docs.map(({ ref }) => ref.delete()));
  }
  await eraseDoNotCallOf(ctx, userId);
}
