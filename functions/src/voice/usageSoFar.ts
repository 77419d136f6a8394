import type { Ctx } from "../core/ctx";
import type { Usage } from "./schemas";
import { responses } from "./store";
import { addUsage, NO_USAGE } from "./usage";

/** What the responses of a session have used that are stored by now. A read each. */
export async function usageSoFar(ctx: Ctx, sessionId: string): Promise<Usage> {
  const { docs } = await responses(ctx.db, sessionId).get();
  return docs.map((document) => document.data()).reduce<Usage>((sum, one) => addUsage(sum, one), NO_USAGE);
}
