import type { Ctx } from "../core/ctx";
import { transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { newErasure } from "./eraseAtProviders";
import { LOOK_LATER_SECONDS } from "./limits";
import { providerErasures } from "./store";

/** A call at Vapi that has named a session. */
export interface LateCall {
  sessionId: string;
  callId: string;
  /** It has ended. */
  isOver: boolean;
}

/**
 * A call at Vapi names a session that there is not: where that was erased, so is the call, within a minute or two, and once
 * more a quarter of an hour later. While it goes on that happens once in that time; its end begins it anew, for what
 * Vapi keeps of a call comes with its end. 1 read; for an erased session 2, and up to 1 write.
 * @returns whether it was erased
 */
export async function eraseLateCall(ctx: Ctx, { sessionId, callId, isOver }: LateCall): Promise<boolean> {
  const note = (await providerErasures(ctx.db).doc(sessionId).get()).data();
  if (note?.what !== "vapi_session") return false;
  const reference = providerErasures(ctx.db).doc(callId);
  await transact(ctx.db, async (tx) => {
    const before = (await tx.get(reference)).data();
    if (before?.status === "pending" && !isOver) return;
    const { userId } = note;
    const erasure = newErasure(ctx, { what: "vapi_call", sid: callId, sessionId, userId });
    const requestedAt = before?.requestedAt ?? erasure.requestedAt;
    const againAt = fromNow(ctx, LOOK_LATER_SECONDS);
    tx.set(reference, { ...erasure, requestedAt, dueAt: fromNow(ctx, 0), againAt });
  });
  return true;
}
