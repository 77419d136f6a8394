import type { Ctx } from "../core/ctx";
import { callRequests, callSpend, phoneNumbers, scheduledCalls } from "./store";

/** Erases what is kept of a user's calls beside their sessions: requests, and the numbers that the user's scenarios answer. */
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
}
