import type { Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { countUse } from "../core/rateLimit";
import { placeCall } from "../providers/twilioCalls";
import { phoneSettings, twilioAccount } from "../providers/twilioClient";
import { scenarioFor } from "../scenarios/scenarioFor";
import { changeCall, findPhoneSession, openPlacedCall, type PhoneSession } from "../voice/phoneSessions";
import { after, withStatus } from "./callChanges";
import { type CallRequest, callRequestOf, claimRequest, forgetRequest, rememberRequest } from "./callRequest";
import { CALL_WINDOW, RING_SECONDS, SESSION_MARGIN_SECONDS, UNCONFIRMED_CHECK_SECONDS } from "./limits";
import { callableNumber } from "./phoneNumber";
import type { CallOptions, PlacedCallIds } from "./schemas";
import { streamUrl, webhookUrls } from "./webhookUrls";

/**
 * Places a call. A request that comes again with its Idempotency-Key places none, and is answered as the first was.
 * Costs 3 reads and 4 writes, a read and 2 writes more with such a key, a read more with a scenario of the user's own, and
 * 1 request to Twilio; 2 reads where the request comes again.
 * @throws AppError invalid_argument for a number that may not be called, not_found for an unknown scenario, rate_limited,
 * conflict for a key used otherwise, not_configured, provider_failed, provider_unavailable: also where Twilio did not
 * say whether it took the call, which is then never placed again by itself
 */
export async function makeCall(ctx: Ctx, options: CallOptions): Promise<PlacedCallIds> {
  const { uid } = requireCaller(ctx);
  // Before anything is written: what is missing is told at once.
  const { phoneNumber: from } = phoneSettings(ctx.config);
  streamUrl(ctx.config, options.scenarioId);
  webhookUrls(ctx.config, "", "outbound");
  const to = callableNumber(options.phone_number, from, ctx.config);
  const request = callRequestOf(ctx, uid, options);
  const whose = { userId: uid, sessionId: ctx.newId() };
  const earlier = request && (await claimRequest(ctx, request, whose));
  if (earlier !== undefined) return outcomeOf(ctx, earlier);
  const session = await open(ctx, { ...options, ...whose, to, from }, request);
  return dial(ctx, session, request);
}

type NewCall = CallOptions & { userId: string; sessionId: string; from: string; to: string };

/** @throws AppError what keeps the call from being placed; the same request may then try again */
async function open(ctx: Ctx, call: NewCall, request: CallRequest | undefined): Promise<PhoneSession> {
  try {
    await countUse(ctx, { what: "call", by: call.userId, policy: CALL_WINDOW });
    return await transact(ctx.db, (tx) => openSession(ctx, tx, call, request));
  } catch (error) {
    await forgetRequest(request);
    throw error;
  }
}

async function openSession(
  ctx: Ctx,
  tx: Transaction,
  { sessionId, userId, from, to, scenarioId, variables, language, record, max_minutes: maxMinutes }: NewCall,
  request: CallRequest | undefined,
): Promise<PhoneSession> {
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

async function dial(
  ctx: Ctx,
  { sessionId, call }: PhoneSession,
  request: CallRequest | undefined,
): Promise<PlacedCallIds> {
  const { to, record, maxMinutes } = call;
  const urls = webhookUrls(ctx.config, sessionId, "outbound");
  const account = await twilioAccount(ctx.config);
  const placing = await placeCall(account, { to, record, maxMinutes, ringSeconds: RING_SECONDS, ...urls });
  switch (placing.outcome) {
    case "placed": {
      const { callSid } = placing.call;
      await changeCall(ctx, sessionId, (session) => withStatus(ctx, session, { callSid, status: "queued" }));
      ctx.log.info("call placed", { sessionId, callSid });
      return { callSid, sessionId };
    }
    case "refused":
      ctx.log.warn("call refused", { sessionId, code: placing.code });
      await changeCall(ctx, sessionId, (session) => withStatus(ctx, session, { status: "failed" }));
      await forgetRequest(request);
      throw placing.error;
    case "unknown":
      ctx.log.error("call not confirmed", { sessionId, error: placing.cause });
      throw unconfirmed(placing.cause);
  }
}

/** How a call stands that the same request asked for before. */
async function outcomeOf(ctx: Ctx, sessionId: string): Promise<PlacedCallIds> {
  const session = await findPhoneSession(ctx, sessionId);
  if (session?.call.callSid) return { callSid: session.call.callSid, sessionId };
  throw unconfirmed();
}

function unconfirmed(cause?: unknown): AppError {
  return new AppError(
    "provider_unavailable",
    "It is not known yet whether the call was placed: see GET /calls before you place it again.",
    { details: { retryAfterSeconds: UNCONFIRMED_CHECK_SECONDS }, cause },
  );
}
