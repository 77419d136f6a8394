import type { Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { transact } from "../core/firestore";
import { assertNotRefused, countUse, type LimitedUse } from "../core/rateLimit";
import { phoneSettings } from "../providers/twilioClient";
import { scenarioFor } from "../scenarios/scenarioFor";
import { findPhoneSession, openPlacedCall, type PhoneSession } from "../voice/phoneSessions";
import { after } from "./callChanges";
import {
  assertClaimed,
  type CallRequest,
  callRequestOf,
  claimRequest,
  freeRequest,
  rememberRequest,
} from "./callRequest";
import { dialCall, unconfirmed } from "./dialCall";
import { CALL_WINDOW, RING_SECONDS, SESSION_MARGIN_SECONDS, UNCONFIRMED_CHECK_SECONDS } from "./limits";
import { assertNobodysLine } from "./lines";
import { callableNumber } from "./phoneNumber";
import type { CallOptions, PlacedCallIds } from "./schemas";

/**
 * Places a call. A request that comes again with its Idempotency-Key places none, and is answered as the first was.
 * Costs 3 reads and 4 writes, 2 reads and 2 writes more with such a key, a read more with a scenario of the user's own,
 * and 1 request to Twilio; 2 reads where the request comes again.
 * @throws AppError invalid_argument for a number that may not be called, not_found for an unknown scenario, rate_limited,
 * conflict for a key used otherwise, not_configured, provider_failed, provider_unavailable: also where Twilio did not
 * say whether it took the call, which is then never placed again by itself
 */
export async function makeCall(ctx: Ctx, options: CallOptions): Promise<PlacedCallIds> {
  const { uid } = requireCaller(ctx);
  const from = requirePhone(ctx.config);
  const to = callableNumber(options.phone_number, from, ctx.config);
  const use = { what: "call", by: uid, policy: CALL_WINDOW };
  assertNotRefused(ctx, use);
  const request = callRequestOf(ctx, uid, options);
  const call = { ...options, userId: uid, sessionId: ctx.newId(), from, to };
  const earlier = request && (await claim(ctx, request, call));
  if (earlier) return earlier;
  const session = await open(ctx, call, use, request);
  return dialCall(ctx, session, request);
}

/** The number that calls are made from. @throws AppError not_configured naming what placing a call lacks */
function requirePhone(config: Ctx["config"]): string {
  requireSetting(config.RELAY_URL, "RELAY_URL");
  requireSetting(config.PUBLIC_URL, "PUBLIC_URL");
  return phoneSettings(config).phoneNumber;
}

/**
 * Claims the request for this call.
 * @returns the call that the same request placed before, if it did
 * @throws AppError provider_unavailable where that is not known yet
 */
async function claim(ctx: Ctx, request: CallRequest, call: NewCall): Promise<PlacedCallIds | undefined> {
  const earlier = await claimRequest(ctx, request, call);
  if (!earlier) return undefined;
  const { sessionId, isOpen } = earlier;
  const session = await findPhoneSession(ctx, sessionId);
  if (session?.call.callSid) return { callSid: session.call.callSid, sessionId };
  const isKnownToHaveFailed = !session || session.endReason === "failed";
  if (!isOpen || !isKnownToHaveFailed) throw unconfirmed();
  await freeRequest(ctx, request, sessionId);
  if (await claimRequest(ctx, request, call)) throw unconfirmed();
  return undefined;
}

type NewCall = CallOptions & { userId: string; sessionId: string; from: string; to: string };

/** @throws AppError what keeps the call from being placed; the same request may then try again */
async function open(
  ctx: Ctx,
  call: NewCall,
  use: LimitedUse,
  request: CallRequest | undefined,
): Promise<PhoneSession> {
  try {
    await countUse(ctx, use);
    return await transact(ctx.db, (tx) => openSession(ctx, tx, call, request));
  } catch (error) {
    await freeRequest(ctx, request, call.sessionId);
    throw error;
  }
}

async function openSession(
  ctx: Ctx,
  tx: Transaction,
  call: NewCall,
  request: CallRequest | undefined,
): Promise<PhoneSession> {
  const {
    sessionId,
    userId,
    from,
    to,
    scenarioId,
    variables,
    language,
    record,
    max_minutes: maxMinutes,
  } = call;
  if (request) await assertClaimed(tx, request, sessionId);
  await assertNobodysLine(ctx, tx, to);
  const scenario = await scenarioFor(ctx, tx, { scenarioId, userId, variables });
  const session = await openPlacedCall(ctx, tx, {
    sessionId,
    userId,
    scenario,
    language,
    expiresAt: after(ctx, maxMinutes * 60 + RING_SECONDS + SESSION_MARGIN_SECONDS).toDate(),
    call: {
      direction: "outbound",
      callSid: null,
      from,
      to,
      maxMinutes,
      record,
      // A crash before Twilio has answered leaves a call that is looked for.
      checkAt: after(ctx, UNCONFIRMED_CHECK_SECONDS),
    },
  });
  if (request) rememberRequest(ctx, tx, request);
  return session;
}
