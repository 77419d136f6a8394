import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { fromNow } from "../core/fromNow";
import { hangUpCall, placeCall } from "../providers/twilioCalls";
import { type TwilioAccount, twilioAccount } from "../providers/twilioClient";
import { noteCall, type PhoneSession } from "../voice/phoneSessions";
import { optOut } from "./doNotCall";
import { RING_SECONDS, UNCONFIRMED_CHECK_SECONDS } from "./limits";
import type { PlacedCallIds } from "./schemas";
import { webhookUrls } from "./webhookUrls";

/** Whoever has the number has told Twilio to stop. https://www.twilio.com/docs/api/errors/21610 */
const OPTED_OUT = "21610";

/**
 * Has Twilio place the call of a session, once. 1 write, 1 request to Twilio; one more where the session was deleted meanwhile.
 * @throws Unconfirmed where Twilio did not say whether it took it; any other AppError where there is no call, which is for
 * the caller to write down: what Twilio refused it for, provider_unavailable where it could not even be asked
 */
export async function dialCall(
  ctx: Ctx,
  { sessionId, scenario, call }: PhoneSession,
): Promise<PlacedCallIds> {
  const { to, record, maxMinutes } = call;
  const urls = webhookUrls(ctx.config, sessionId, "outbound");
  const account = await twilioAccount(ctx.config);
  const awaitsTone = scenario?.onVoicemail === "leave_message";
  const placing = await placeCall(account, {
    ...urls,
    to,
    record,
    maxMinutes,
    awaitsTone,
    ringSeconds: RING_SECONDS,
  });
  switch (placing.outcome) {
    case "placed": {
      const { callSid } = placing.call;
      ctx.log.info("call placed", { sessionId, callSid });
      const queued = { status: "queued", event: { at: fromNow(ctx, 0) } } as const;
      await writeDown(ctx, sessionId, notePlaced(ctx, account, sessionId, { callSid, ...queued }));
      return { callSid, sessionId };
    }
    case "refused":
      ctx.log.warn("call refused", { sessionId, code: placing.code });
      if (placing.code === OPTED_OUT) await writeDown(ctx, sessionId, optOut(ctx, to, "network"));
      throw placing.error;
    case "unknown":
      ctx.log.error("call not confirmed", { sessionId, error: placing.cause });
      throw unconfirmed(placing.cause);
  }
}

/** Whoever has deleted the session meanwhile wants no call. */
async function notePlaced(
  ctx: Ctx,
  account: TwilioAccount,
  sessionId: string,
  placed: Parameters<typeof noteCall>[2],
): Promise<void> {
  if (!(await noteCall(ctx, sessionId, placed))) await hangUpCall(account, placed.callSid);
}

/** What has happened has happened, whether it can be written down or not: callbacks and the check will tell it again. */
async function writeDown(ctx: Ctx, sessionId: string, writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    ctx.log.error("a call could not be recorded", { sessionId, error });
  }
}

/** Twilio did not say whether it took a call: there may be one. */
export class Unconfirmed extends AppError {}

/** Whoever asked may see how it stands, and must not place it again. */
export function unconfirmed(cause?: unknown): Unconfirmed {
  return new Unconfirmed(
    "provider_unavailable",
    "It is not known yet whether the call was placed: see GET /calls before you place it again.",
    { details: { retryAfterSeconds: UNCONFIRMED_CHECK_SECONDS }, cause },
  );
}
