import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { interviewQuestion } from "../interviews/interviewQuestion";
import { openAiAccess } from "../providers/openAi";
import { createCall, hangUpCall, type RealtimeCall } from "../providers/openAiCalls";
import { type Admission, admitSession } from "../voice/admitSession";
import { askRelay } from "../voice/askRelay";
import { discardSession } from "../voice/discardSession";
import { modelSession } from "../voice/modelSession";
import { closeSideband, findSideband, openSideband } from "../voice/sidebands";
import { PROVIDER_KEY_MS, PROVIDER_MS, TAKE_UP_MS } from "./limits";
import type { CallInput, CallOutput } from "./schemas";

/**
 * Brokers a WebRTC call between the caller's client and the model, of which the relay holds the server's end: it is
 * recorded, and ends when its session does, from wherever that is ended. In a session that has a call already, this one
 * takes its place. Where the relay cannot take the call up there is none.
 *
 * 4 reads and 5 writes with those of the relay, 1 read more for an interview's question, a scenario of one's own, or a
 * session that exists; one request to OpenAI, one to the relay.
 * @throws AppError not_found, invalid_argument; permission_denied, conflict, session_expired, rate_limited;
 * not_configured, provider_unavailable, provider_failed
 */
export async function startRealtimeCall(ctx: Ctx, input: CallInput): Promise<CallOutput> {
  requireSetting(ctx.config.RELAY_URL, "RELAY_URL");
  const admission = await admissionOf(ctx, input);
  const session = await transact(ctx.db, (tx) => admitSession(ctx, tx, admission));
  const { sessionId } = session;
  const isNew = input.sessionId === undefined;
  const before = isNew ? undefined : await findSideband(ctx, sessionId);
  try {
    const call = await begin(ctx, input.sdp, session);
    if (before) await hangUp(ctx, before.callId);
    ctx.log.info("realtime call begun", { sessionId, callId: call.callId });
    return { sessionId, sdp: call.sdp, expiresAt: session.expiresAt.toDate().toISOString() };
  } catch (error) {
    // One that exists may be tried again.
    if (isNew) await discardSession(ctx, sessionId);
    throw error;
  }
}

async function admissionOf(ctx: Ctx, input: CallInput): Promise<Admission> {
  const { uid } = requireCaller(ctx);
  const { sdp: _, interview_id, question_number, sessionId = ctx.newId(), ...settings } = input;
  const admission = { ...settings, sessionId, userId: uid, kind: "webrtc" as const };
  if (interview_id === undefined || question_number === undefined) return admission;
  const question = await interviewQuestion(ctx, { interview_id, question_number });
  const { interviewId, questionNumber, instructions, voice, openSessionIds } = question;
  return {
    ...admission,
    instructions,
    voice: input.voice ?? voice,
    interview: { interviewId, questionNumber },
    replaces: openSessionIds.filter((open) => open !== sessionId),
  };
}

/** A call that the relay holds, or none. */
async function begin(
  ctx: Ctx,
  sdp: string,
  session: Awaited<ReturnType<typeof admitSession>>,
): Promise<RealtimeCall> {
  const offer = { sdp, session: modelSession(session, ctx.config) };
  const call = await createCall(openAiAccess(ctx.config), offer, providerLimits());
  try {
    await openSideband(ctx, session, call.callId);
    if (!(await isTakenUp(ctx, session.sessionId))) throw notTakenUp();
    return call;
  } catch (error) {
    await hangUp(ctx, call.callId);
    await closeSideband(ctx, session.sessionId, call.callId).catch(() => {
      ctx.log.warn("a call that came to nothing is still noted", { sessionId: session.sessionId });
    });
    throw error;
  }
}

async function isTakenUp(ctx: Ctx, sessionId: string): Promise<boolean> {
  return (await askRelay(ctx, sessionId, TAKE_UP_MS)) || (await askRelay(ctx, sessionId, TAKE_UP_MS));
}

async function hangUp(ctx: Ctx, callId: string): Promise<void> {
  try {
    await hangUpCall(openAiAccess(ctx.config), callId, providerLimits());
  } catch (error) {
    ctx.log.error("a call could not be hung up", { callId, error });
  }
}

function providerLimits() {
  return {
    signal: AbortSignal.timeout(PROVIDER_MS),
    stallMs: PROVIDER_MS,
    keyStallMs: PROVIDER_KEY_MS,
  };
}

function notTakenUp(): AppError {
  return new AppError("provider_unavailable", "The call could not be taken up: try again in a moment.", {
    details: { retryAfterSeconds: 5 },
  });
}
