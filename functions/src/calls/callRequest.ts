import type { DocumentReference, Transaction } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { sha256 } from "../core/ids";
import { after } from "./callChanges";
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
  const { phone_number, scenarioId, variables = {}, language, record, max_minutes } = options;
  const values = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    reference: callRequests(ctx.db).doc(sha256(`${userId}\n${ctx.idempotencyKey}`)),
    fingerprint: sha256(JSON.stringify([phone_number, scenarioId, values, language, record, max_minutes])),
  };
}

/**
 * Claims a request, so that of any number that come at once one places the call. 1 read, 1 write.
 * @returns the session of whoever has claimed it before, if any
 * @throws AppError conflict where the key was used for another request
 */
export async function claimRequest(
  ctx: Ctx,
  { reference, fingerprint }: CallRequest,
  claim: { userId: string; sessionId: string },
): Promise<string | undefined> {
  return transact(ctx.db, async (tx) => {
    const stored = (await tx.get(reference)).data();
    if (stored && stored.expiresAt.toMillis() > ctx.now().getTime()) {
      if (stored.fingerprint === fingerprint) return stored.sessionId;
      throw new AppError("conflict", "This Idempotency-Key was used for another request: take a new one.");
    }
    // Should we fail before the session is there, the request is free again soon.
    tx.set(reference, { ...claim, fingerprint, expiresAt: after(ctx, CLAIM_SECONDS) });
    return undefined;
  });
}

/** The session is there: the request is known by it. */
export function rememberRequest(ctx: Ctx, tx: Transaction, { reference }: CallRequest): void {
  tx.update(reference, { expiresAt: after(ctx, REQUEST_KEPT_SECONDS) });
}

/** No call came of it: the same request may place one. */
export async function forgetRequest(request: CallRequest | undefined): Promise<void> {
  await request?.reference.delete();
}
