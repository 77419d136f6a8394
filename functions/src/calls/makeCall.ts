import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { changeCall, findPhoneSession, type PhoneSession } from "../voice/phoneSessions";
import { withStatus } from "./callChanges";
import {
  assertClaimed,
  type CallRequest,
  callRequestOf,
  claimRequest,
  freeRequest,
  rememberRequest,
} from "./callRequest";
import { dialCall, Unconfirmed, unconfirmed } from "./dialCall";
import { assertMayTry } from "./gate";
import { type NewCall, openCall } from "./openCall";
import { callableNumber } from "./phoneNumber";
import { requirePhone } from "./requirePhone";
import type { CallOptions, PlacedCallIds } from "./schemas";

/**
 * Places a call. A request that comes again with its Idempotency-Key places none, and is answered as the first was.
 * Costs 5 reads and 5 writes, 2 reads and 2 writes more with such a key, a read more with a scenario of the user's own,
 * and 1 request to Twilio; 2 reads where the request comes again.
 * @throws AppError invalid_argument for a number that may not be called or a call that costs more than a day's may,
 * permission_denied where the gate refuses it, not_found for an unknown scenario, rate_limited, conflict for a key used otherwise
 * or whose call was deleted, not_configured, provider_failed, provider_unavailable: also where Twilio did not
 * say whether it took the call, which is then never placed again by itself
 */
export async function makeCall(ctx: Ctx, options: CallOptions): Promise<PlacedCallIds> {
  const { uid } = requireCaller(ctx);
  const from = requirePhone(ctx.config);
  const to = callableNumber(options.phone_number, from, ctx.config);
  assertMayTry(ctx, { userId: uid });
  const request = callRequestOf(ctx, uid, options);
  const call = { ...options, userId: uid, sessionId: ctx.newId(), from, to };
  const earlier = request && (await claim(ctx, request, call));
  if (earlier) return earlier;
  const session = await open(ctx, call, request);
  try {
    return await dialCall(ctx, session);
  } catch (error) {
    if (error instanceof AppError && !(error instanceof Unconfirmed)) await noCall(ctx, session, request);
    throw error;
  }
}

/** No call came of a session: it has ended, and the same request may place one. What cannot be written down is found out by the check. */
async function noCall(ctx: Ctx, { sessionId }: PhoneSession, request: CallRequest | undefined) {
  try {
    await changeCall(ctx, sessionId, (session) => withStatus(ctx, session, { status: "failed" }));
    await freeRequest(ctx, request, sessionId);
  } catch (error) {
    ctx.log.error("a call could not be recorded", { sessionId, error });
  }
}

/**
 * Claims the request for this call.
 * @returns the call that the same request placed before, if it did
 * @throws AppError provider_unavailable where that is not known yet, conflict where its session was deleted since
 */
async function claim(ctx: Ctx, request: CallRequest, call: NewCall): Promise<PlacedCallIds | undefined> {
  const earlier = await claimRequest(ctx, request, call);
  if (!earlier) return undefined;
  const { sessionId, isOpen } = earlier;
  const session = await findPhoneSession(ctx, sessionId);
  if (session?.call.callSid) return { callSid: session.call.callSid, sessionId };
  if (isOpen && !session) {
    throw new AppError(
      "conflict",
      "The call of this Idempotency-Key was deleted: take a new key for another.",
    );
  }
  if (!isOpen || session?.endReason !== "failed") throw unconfirmed();
  await freeRequest(ctx, request, sessionId);
  if (await claimRequest(ctx, request, call)) throw unconfirmed();
  return undefined;
}

/** @throws AppError what keeps the call from being placed; the same request may then try again */
async function open(ctx: Ctx, call: NewCall, request: CallRequest | undefined): Promise<PhoneSession> {
  if (!request) return openCall(ctx, call);
  try {
    return await openCall(ctx, call, {
      assert: (tx) => assertClaimed(tx, request, call.sessionId),
      keep: (tx) => rememberRequest(ctx, tx, request),
    });
  } catch (error) {
    await freeRequest(ctx, request, call.sessionId);
    throw error;
  }
}
