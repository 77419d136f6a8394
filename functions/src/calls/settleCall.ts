import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { readPhoneSession, writeCall } from "../voice/phoneSessions";
import { costOfCall } from "./costOfCall";
import { readSpend, settle } from "./spend";

/**
 * Frees what was set aside for a call that is over, and counts what it has cost: the model by its usage, the phone by
 * Twilio's price. Once, however often it is tried. 2 reads, 2 writes.
 * @returns false where the model's usage is not added up yet
 */
export async function settleCall(ctx: Ctx, sessionId: string): Promise<boolean> {
  return transact(ctx.db, async (tx) => {
    const session = await readPhoneSession(ctx, tx, sessionId);
    const verdict = session?.call.verdict;
    if (!session || !verdict || session.call.costUsd !== undefined) return true;
    if (session.connections > 0 && session.usage === undefined) return false;
    const spend = await readSpend(ctx, tx, session.userId, verdict.day);
    const costUsd = costOfCall(ctx, session);
    settle(tx, spend, { reserveUsd: verdict.reserveUsd, costUsd });
    writeCall(ctx, tx, sessionId, { ...session.call, costUsd, checkAt: null });
    return true;
  });
}
