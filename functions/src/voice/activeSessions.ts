import { FieldValue, Timestamp, type Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { documentName } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { MAX_ACTIVE_SESSIONS, USAGE_WINDOW_TTL_SECONDS } from "./limits";
import { type SessionDoc, type UserLimitsDoc, userLimits } from "./store";

/** A user's open sessions and when each expires, ms since the epoch. */
export function openSessions(limits: UserLimitsDoc | undefined, now: number): Record<string, number> {
  return Object.fromEntries(Object.entries(limits?.active ?? {}).filter(([, expiresAt]) => expiresAt > now));
}

/** @throws AppError rate_limited where a user has as many sessions open as one may */
export function assertRoom(active: Record<string, number>, now: number): void {
  const expiries = Object.values(active).sort((a, b) => a - b);
  const earliest = expiries[0];
  if (expiries.length < MAX_ACTIVE_SESSIONS || earliest === undefined) return;
  throw new AppError("rate_limited", `You have ${MAX_ACTIVE_SESSIONS} sessions open: end one first.`, {
    details: { retryAfterSeconds: Math.max(1, Math.ceil((earliest - now) / 1_000)) },
  });
}

/** A user's limits once `session` has its place among those that are open. */
export function withPlace(
  ctx: Ctx,
  limits: Partial<Pick<UserLimitsDoc, "connects" | "keys" | "connectId">> | undefined,
  active: Record<string, number>,
  { sessionId, expiresAt }: Pick<SessionDoc, "sessionId" | "expiresAt">,
): UserLimitsDoc {
  const connectId = limits?.connectId;
  return {
    connects: limits?.connects ?? [],
    ...(connectId === undefined ? {} : { connectId }),
    keys: limits?.keys ?? [],
    active: { ...active, [sessionId]: expiresAt.toMillis() },
    expiresAt: Timestamp.fromMillis(ctx.now().getTime() + USAGE_WINDOW_TTL_SECONDS * 1_000),
  };
}

/** Within a transaction: a session has its place among its user's for as long as it now lasts. 1 write. */
export function keepPlace(ctx: Ctx, tx: Transaction, session: SessionDoc): void {
  setPlace(ctx, tx, session, session.expiresAt.toMillis());
}

/** Within a transaction: frees the user's place for another session. 1 write. */
export function freePlace(ctx: Ctx, tx: Transaction, session: SessionDoc): void {
  setPlace(ctx, tx, session, FieldValue.delete());
}

function setPlace(
  ctx: Ctx,
  tx: Transaction,
  { userId, sessionId }: SessionDoc,
  until: number | FieldValue,
): void {
  const untyped = userLimits(ctx.db).doc(documentName(userId)).withConverter(null);
  const expiresAt = fromNow(ctx, USAGE_WINDOW_TTL_SECONDS);
  tx.set(untyped, { active: { [sessionId]: until }, expiresAt }, { merge: true });
}
