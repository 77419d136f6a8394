import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { interviewOwners, interviews } from "./store";

/** Erases all interviews of a user, and how many they were. 1 read and 1 write each, and 1 write. */
export async function eraseInterviewsOf(ctx: Ctx, userId: string): Promise<void> {
  const { docs } = await interviews(ctx.db).where("userId", "==", userId).select().get();
  await Promise.all(docs.map(({ ref }) => ref.delete()));
  await interviewOwners(ctx.db).doc(documentName(userId)).delete();
}
