import type { Ctx } from "../core/ctx";
import { transcripts, turns } from "./store";

/** Whether anything was said in a session, as far as a relay has recorded it, or its client has saved it. At most 2 reads. */
export async function wasSpokenIn(ctx: Ctx, sessionId: string): Promise<boolean> {
  const recorded = await turns(ctx.db, sessionId).select().limit(1).get();
  if (!recorded.empty) return true;
  const transcript = (await transcripts(ctx.db).doc(sessionId).get()).data();
  return (transcript?.messages.length ?? 0) > 0;
}
