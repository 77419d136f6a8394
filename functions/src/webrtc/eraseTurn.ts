import type { Ctx } from "../core/ctx";
import { documentName } from "../core/firestore";
import { turnCredentials } from "./turnStore";

/** Erases the TURN credentials that are kept for a user; at Twilio they expire by themselves. 1 write. */
export async function eraseTurnOf(ctx: Ctx, userId: string): Promise<void> {
  await turnCredentials(ctx.db).doc(documentName(userId)).delete();
}
