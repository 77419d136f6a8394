import type { DocumentReference, Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { fromNow } from "../core/fromNow";
import { sha256 } from "../core/ids";
import { CLAIM_SECONDS, REQUEST_KEPT_SECONDS } from "./limits";
import type { CallOptions } from "./schemas";
import { type CallRequestDoc, callRequests } from "./store";

/** A request that may come again: by its user's Idempotency-Key. */
export interface CallRequest {
  reference: DocumentReference<CallRequestDoc, CallRequestDoc>;
  fingerprint: string;
}

/** The request that is being made, where it has a key. */
export function callRequestOf(ctx: Ctx, userId: string, options: CallOptions): CallRequest | undefined {
  if (ctx.idempotencyKey === undefined) return undefined;
  const { phone_number, scenarioId, variables = {}, language, time_zone, record, max_minutes } = options;
  const values = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    reference: callRequests(ctx.db).doc(sha256(`${userId}\n${ctx.idempotencyKey}`)),
    fingerprint: sha256(
      JSON.stringify([phone_number, scenarioId, values, language, time_zone, record, max_minutes]),
    ),
  };
}

/** Who has a request: its session is open, or is being opened. */
export interface Claim {
  sessionId: string;
  isOpen: boolean;
}

/**
 * Claims a request for a session, so that of any number that come at once one places the call. 1 read, 1 write.
 * @returns who has claimed it before, if anybody
 * @throws AppError conflict where the key was used for another request
 */
export async function claimRequest(
  ctx: Ctx,
  { reference, fingerprint }: CallRequest,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<Claim | undefined> {
  return transact(ctx.db, async (tx) => {
    const stored = (await tx.get(reference)).data();
    const isFree = !stored || stored.expiresAt.toMillis() <= ctx.now().getTime();
    if (!isFree && stored.fingerprint !== fingerprint) {
      throw new AppError("conflict", "This Idempotency-Key was used for another request: take a new one.");
    }
    if (!isFree && stored.sessionId !== sessionId) return stored;
    // Should we fail before the session is there, the request is free again soon.
    const expiresAt = fromNow(ctx, CLAIM_SECONDS);
    tx.set(reference, { userId, sessionId, fingerprint, isOpen: false, expiresAt });
    return undefined;
  });
}

/**
 * Within the transaction that opens the session, before it writes: whether the request is still this session's. 1 read.
 * @throws AppError conflict where it took too long, and another has claimed the request
 */
export async function assertClaimed(
  tx: Transaction,
  { reference }: CallRequest,
  sessionId: string,
): Promise<void> {
  if ((await tx.get(reference)).data()?.sessionId === sessionId) return;
  throw new AppError("conflict", "The same request was sent again and is being served: see GET /calls.");
}

/** The session is open: the request is known by it. */
export function rememberRequest(ctx: Ctx, tx: Transaction, { reference }: CallRequest): void {
  tx.update(reference, { isOpen: true, expiresAt: fromNow(ctx, REQUEST_KEPT_SECONDS) });
}

/** No call came of this session: the same request may place one. */
export async function freeRequest(
  ctx: Ctx,
  request: CallRequest | undefined,
  sessionId: string,
): Promise<void> {
  if (!request) return;
  await transact(ctx.db, async (tx) => {
    const stored = (await tx.get(request.reference)).data();
    if (stored?.sessionId === sessionId) tx.delete(request.reference);
  });
}
