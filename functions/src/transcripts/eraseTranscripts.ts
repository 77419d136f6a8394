import type { Ctx } from "../core/ctx";
import { sessionExists } from "../voice/endedConversation";
import { enhancedTranscripts, providerErasures, transcriptParts } from "./store";

/**
 * Erases the enhanced transcript of a session that is gone; one of its name that exists since keeps its own. 1 read and one
 * a part, and a write each.
 */
export async function eraseTranscript(ctx: Ctx, sessionId: string): Promise<void> {
  if (await sessionExists(ctx, sessionId)) return;
  await eraseKept(ctx, sessionId);
}

async function eraseKept(ctx: Ctx, sessionId: string): Promise<void> {
  const parts = await transcriptParts(ctx.db, sessionId).select().get();
  await Promise.all(parts.docs.map(({ ref }) => ref.delete()));
  await enhancedTranscripts(ctx.db).doc(sessionId).delete();
}

/** Erases all enhanced transcripts of a user, and the receipts of what was erased before. */
export async function eraseTranscriptsOf(ctx: Ctx, userId: string): Promise<void> {
  const own = await enhancedTranscripts(ctx.db).where("userId", "==", userId).select().get();
  for (const { id } of own.docs) await eraseKept(ctx, id);
  // What is not erased yet goes on being tried; nobody is named in it any more.
  const receipts = await providerErasures(ctx.db).where("userId", "==", userId).get();
  for (const receipt of receipts.docs) {
    if (receipt.data().status === "pending") await receipt.ref.update({ userId: "" });
    else await receipt.ref.delete();
  }
}
