import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { scenarioOwners, scenarios } from "./store";

/** Erases all scenarios of a user, and how many they were. */
export async function eraseScenariosOf(ctx: Ctx, userId: string): Promise<void> {
  const { docs } = await scenarios(ctx.db).where("userId", "==", userId).select().get();
  await Promise.all(docs.map(({ ref }) => ref.delete()));
  await scenarioOwners(ctx.db).doc(documentName(userId)).delete();
}
