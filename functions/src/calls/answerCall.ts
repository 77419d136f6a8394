import type { Ctx } from "../core/ctx";
import { connectStream, sayAndHangUp, transferTo } from "../providers/twiml";
import { changeCall, type PhoneSession } from "../voice/phoneSessions";
import { createTicket, storeTicket } from "../voice/tickets";
import { MAX_ANSWERS } from "./limits";
import type { AnswerInput } from "./webhookSchemas";
import { streamUrl, webhookUrls } from "./webhookUrls";

const SAY = {
  reconnecting: "One moment, please.",
  givenUp: "I am sorry, we cannot go on with this call. Goodbye.",
  expired: "Our time is up. Thank you, and goodbye.",
  transferring: "One moment, I am putting you through.",
  nobody: "I am sorry, nobody can take your call right now. Goodbye.",
};

/**
 * What Twilio shall do with a call: when it was answered, and each time after its stream has closed. The session says
 * which it is, so that asking again never hurts. 1 read, 2 writes where the caller is connected.
 */
export async function answerCall(ctx: Ctx, input: AnswerInput): Promise<string> {
  let token: string | undefined;
  const session = await changeCall(ctx, input.session, (current, tx) => {
    token = undefined;
    if (current.status === "ended") return undefined;
    const { sessionId, userId, call } = current;
    if (current.expiresAt.toMillis() <= ctx.now().getTime()) return { ended: "expired" };
    if (call.answers >= MAX_ANSWERS) return { ended: "failed" };
    token = createTicket(ctx, { sessionId, userId });
    storeTicket(ctx, tx, token, { sessionId, userId });
    return { call: { answers: call.answers + 1, callSid: call.callSid ?? input.CallSid } };
  });
  if (!session) return sayAndHangUp();
  return token === undefined ? lastWords(ctx, session) : connection(ctx, session, token);
}

function connection(
  ctx: Ctx,
  { sessionId, scenario, connections, call }: PhoneSession,
  token: string,
): string {
  return connectStream({
    streamUrl: streamUrl(ctx.config, scenario?.scenarioId ?? "conversation"),
    token,
    actionUrl: webhookUrls(ctx.config, sessionId, call.direction).answerUrl,
    // It had begun: the line was lost between us, not between the caller and the phone network.
    ...(connections > 0 ? { say: SAY.reconnecting } : {}),
  });
}

function lastWords(ctx: Ctx, { endReason, call }: PhoneSession): string {
  const { TRANSFER_PHONE_NUMBER: phoneNumber } = ctx.config;
  if (endReason === "transferred" && phoneNumber) {
    const callerId = call.direction === "outbound" ? call.from : call.to;
    return transferTo({ phoneNumber, callerId, say: SAY.transferring, ifNobody: SAY.nobody });
  }
  if (endReason === "expired" || endReason === "idle") return sayAndHangUp(SAY.expired);
  return sayAndHangUp(endReason === "failed" ? SAY.givenUp : undefined);
}
