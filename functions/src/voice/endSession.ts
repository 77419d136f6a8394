import { Timestamp, type Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { freePlace } from "./activeSessions";
import type { EndReason, SessionRef } from "./schemas";
import { type SessionDoc, sessions } from "./store";

/** Ends one's own session; ending it again changes nothing. The live socket is closed by the relay that holds it. */
export async function endVoiceSession(ctx: Ctx, input: SessionRef): Promise<{ success: true }> {
  const { uid } = requireCaller(ctx);
  await transact(ctx.db, async (tx) => {
    const session = (await tx.get(sessions(ctx.db).doc(input.sessionId))).data();
    if (session?.userId !== uid) throw sessionNotFound();
    markEnded(ctx, tx, session, "client");
  });
  return { success: true };
}

/** Ends a session for the system; one that is missing or has ended stays as it is. 1 read, 2 writes. */
export async function endSession(
  ctx: Ctx,
  sessionId: string,
  reason: EndReason,
  about: Pick<SessionDoc, "isRepeated"> = {},
): Promise<void> {
  await transact(ctx.db, async (tx) => {
    const session = (await tx.get(sessions(ctx.db).doc(sessionId))).data();
    if (session) markEnded(ctx, tx, session, reason, about);
  });
}

/** Ends a session within a transaction that has read it; one that has ended stays as it is. */
export function markEnded(
  ctx: Ctx,
  tx: Transaction,
  session: SessionDoc,
  reason: EndReason,
  about: Pick<SessionDoc, "isRepeated"> = {},
): void {
  if (session.status === "ended") return;
  tx.update(sessions(ctx.db).doc(session.sessionId), { ...endedFields(ctx, reason), ...about });
  freePlace(ctx, tx, session);
}

/** The fields that make a session an ended one. */
export function endedFields(ctx: Ctx, reason: EndReason) {
  const endedAt = Timestamp.fromDate(ctx.now());
  const { RETENTION_DAYS: days } = ctx.config;
  const keptMs = (days ?? 0) * 24 * 60 * 60 * 1_000;
  return {
    status: "ended" as const,
    endedAt,
    endReason: reason,
    ...(days === undefined ? {} : { deleteAt: Timestamp.fromMillis(endedAt.toMillis() + keptMs) }),
  };
}

/** The one answer for sessions that do not exist and sessions of others. */
export function sessionNotFound(): AppError {
  return new AppError("not_found", "Session not found");
}
