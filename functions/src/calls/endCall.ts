import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { hangUpCall } from "../providers/twilioCalls";
import { twilioAccount } from "../providers/twilioClient";
import { isFinal, statusOf } from "../voice/callRecord";
import { changeCall } from "../voice/phoneSessions";
import { readOwnCall } from "./readCalls";
import type { CallRef } from "./schemas";

/**
 * Ends one of one's own calls, answered or still ringing; ending it again changes nothing. 2 reads, 2 writes and 1
 * request to Twilio.
 * @throws AppError not_found, provider_unavailable where Twilio cannot be told: an answered call ends all the same
 */
export async function endCall(ctx: Ctx, input: CallRef): Promise<{ status: "success"; call_sid: string }> {
  const { sessionId, call } = await readOwnCall(ctx, input.call_sid);
  const status = statusOf(call);
  if (status !== undefined && isFinal(status)) return { status: "success", call_sid: input.call_sid };
  await changeCall(ctx, sessionId, () => ({ ended: "client" }));
  try {
    await hangUpCall(await twilioAccount(ctx.config), input.call_sid);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      "provider_unavailable",
      "The phone provider cannot be reached: try again to hang up.",
      {
        cause,
      },
    );
  }
  return { status: "success", call_sid: input.call_sid };
}
