import type { Ctx } from "../core/ctx";
import { connectStream, sayAndHangUp, transferTo } from "../providers/twiml";
import { changeCall, type PhoneSession } from "../voice/phoneSessions";
import { createTicket, storeTicket } from "../voice/tickets";
import { withStatus } from "./callChanges";
import { isFirstAnswer, isTooLate, talksUntil } from "./firstAnswer";
import { MAX_ANSWERS } from "./limits";
import type { AnswerInput } from "./webhookSchemas";
import { streamUrl, webhookUrls } from "./webhookUrls";

const SAY = {
  reconnecting: "One moment, please.",
  givenUp: "I am sorry, we cannot go on with this call. Goodbye.",
  expired: "Our time is up. Thank you, and goodbye.",
  tooLate: "I am sorry, it is too late for this call. Goodbye.",
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
    const isFirst = isFirstAnswer(current);
    if (!isFirst && current.expiresAt.toMillis() <= ctx.now().getTime()) return { ended: "expired" };
    if (call.answers >= MAX_ANSWERS) return { ended: "failed" };
    // Whoever calls us is answered by this; whom we call has answered before Twilio asks.
    const status = call.direction === "inbound" ? "in-progress" : input.CallStatus;
    const told = withStatus(ctx, current, { callSid: input.CallSid, status });
    const answered = { ...told?.call, answers: call.answers + 1 };
    if (isFirst && isTooLate(ctx, current)) return { call: answered, ended: "canceled" };
    token = createTicket(ctx, { sessionId, userId });
    storeTicket(ctx, tx, token, { sessionId, userId });
    return { call: answered, ...(isFirst ? { expiresAt: talksUntil(ctx, current) } : {}) };
  });
  if (!session) return sayAndHangUp();
  return token === undefined ? lastWords(ctx, session, input) : connection(ctx, session, token);
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

function lastWords(ctx: Ctx, session: PhoneSession, input: AnswerInput): string {
  const { endReason } = session;
  if (endReason === "transferred") return transfer(ctx, session, input.DialCallStatus);
  if (endReason === "expired") return sayAndHangUp(SAY.expired);
  if (endReason === "canceled") return sayAndHangUp(SAY.tooLate);
  return sayAndHangUp(endReason === "failed" ? SAY.givenUp : undefined);
}

/** @param dialled how the human's number answered, once it was called */
function transfer(ctx: Ctx, { sessionId, call }: PhoneSession, dialled: string | undefined): string {
  const { TRANSFER_PHONE_NUMBER: phoneNumber } = ctx.config;
  if (dialled === "completed" || dialled === "answered") return sayAndHangUp();
  if (dialled !== undefined || !phoneNumber) return sayAndHangUp(SAY.nobody);
  return transferTo({
    phoneNumber,
    callerId: call.direction === "outbound" ? call.from : call.to,
    actionUrl: webhookUrls(ctx.config, sessionId, call.direction).answerUrl,
    maxMinutes: call.maxMinutes,
    say: SAY.transferring,
  });
}
