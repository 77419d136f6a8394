import { type Ctx, requireCaller } from "../core/ctx";
import type { Receipt, ReceiptsInput } from "./apiSchemas";
import { MAX_RECEIPTS } from "./limits";
import { providerErasures } from "./store";

/** What providers have erased, or are to erase, of a session of one's own that was erased. A read each. */
export async function listReceipts(ctx: Ctx, { session_id }: ReceiptsInput): Promise<Receipt[]> {
  const { uid } = requireCaller(ctx);
  const { docs } = await providerErasures(ctx.db)
    .where("userId", "==", uid)
    .where("sessionId", "==", session_id)
    .limit(MAX_RECEIPTS)
    .get();
  return docs.flatMap((document) => {
    const { what, sid, status, attempts, requestedAt, erasedAt } = document.data();
    if (what === "vapi_session") return [];
    return {
      what,
      sid,
      status,
      attempts,
      requested_at: requestedAt.toDate().toISOString(),
      ...(erasedAt ? { erased_at: erasedAt.toDate().toISOString() } : {}),
    };
  });
}
