import { setTimeout as delay } from "node:timers/promises";
import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { type InterviewQuestion, interviewQuestion } from "../interviews/interviewQuestion";
import { openAiAccess } from "../providers/openAi";
import { createCall, type RealtimeCall } from "../providers/openAiCalls";
import { type Admission, admitSession, wasAdmitted } from "../voice/admitSession";
import { askRelay } from "../voice/askRelay";
import { discardSession } from "../voice/discardSession";
import { modelSession } from "../voice/modelSession";
import { nameInterview } from "../voice/nameInterview";
import { noteCall } from "../voice/sidebands";
import { wasOpened } from "../voice/wasOpened";
import { hangUp } from "./hangUp";
import { providerLimits, TAKE_UP_ASKS, TAKE_UP_MS, TAKE_UP_PAUSE_MS } from "./limits";
import type { CallInput, CallOutput } from "./schemas";

/**
 * Brokers a WebRTC call between the caller's client and the model, in which the relay is before the client has its answer:
 * the call is recorded, and ends when its session does, from wherever that is ended. In a session that has a call already,
 * this one takes its place once the relay is in it. A call that the relay cannot join is hung up.
 *
 * 6 reads and 6 writes with those of the relay; 1 read and 1 write more for an interview's question, 1 read more for a
 * scenario of one's own, and the latest turns of a session that exists. One request to OpenAI, one to the relay; where the
 * relay has to be asked again, one more and 2 reads each time.
 * @throws AppError not_found, invalid_argument; permission_denied, conflict, session_expired, rate_limited;
 * not_configured, provider_unavailable, provider_failed
 */
export async function startRealtimeCall(ctx: Ctx, input: CallInput): Promise<CallOutput> {
  requireSetting(ctx.config.RELAY_URL, "RELAY_URL");
  const question = await questionOf(ctx, input);
  const admission = admissionOf(ctx, input, question);
  const session = await transact(
    ctx.db,
    (tx) => admitSession(ctx, tx, admission),
    admission.isNew ? wasOpened(ctx, admission.sessionId) : wasAdmitted(ctx, admission),
  );
  const { sessionId } = session;
  try {
    const call = await begin(ctx, input.sdp, session);
    // A session that exists keeps the part that it was given.
    if (question?.instructions === session.instructions) await nameInterview(ctx, sessionId, question);
    ctx.log.info("realtime call begun", { sessionId, callId: call.callId });
    return { sessionId, sdp: call.sdp, expiresAt: session.expiresAt.toDate().toISOString() };
  } catch (error) {
    // One that the client has named may be tried again.
    if (input.sessionId === undefined) await discardSession(ctx, sessionId);
    throw error;
  }
}

async function questionOf(ctx: Ctx, { interview_id, question_number }: CallInput) {
  if (interview_id === undefined || question_number === undefined) return undefined;
  return interviewQuestion(ctx, { interview_id, question_number });
}

function admissionOf(
  ctx: Ctx,
  input: CallInput,
  question: InterviewQuestion | undefined,
): Admission & { connectId: string } {
  const { uid } = requireCaller(ctx);
  const { sdp: _, interview_id: __, question_number: ___, sessionId = ctx.newId(), ...settings } = input;
  const isNew = input.sessionId === undefined;
  const connectId = ctx.newId();
  const admission = { ...settings, sessionId, isNew, userId: uid, kind: "webrtc" as const, connectId };
  if (!question) return admission;
  return {
    ...admission,
    instructions: question.instructions,
    voice: input.voice ?? question.voice,
    lastsAnHour: true,
    replaces: question.openSessionIds,
  };
}

/** A call that the relay is in, or none. */
async function begin(
  ctx: Ctx,
  sdp: string,
  session: Awaited<ReturnType<typeof admitSession>>,
): Promise<RealtimeCall> {
  const offer = { sdp, session: modelSession(session, ctx.config) };
  const call = await createCall(openAiAccess(ctx.config), offer, providerLimits());
  try {
    await noteCall(ctx, session, call);
    if (!(await isTakenUp(ctx, call.callId))) throw notTakenUp();
    return call;
  } catch (error) {
    await hangUp(ctx, call).catch((failure: unknown) => {
      ctx.log.error("a call could not be hung up", { callId: call.callId, error: failure });
    });
    throw error;
  }
}

/**
 * Asks until a relay is in the call. Where an answer was lost, and another instance is asked then, the one before may be
 * joining the call: that is waited for.
 */
async function isTakenUp(ctx: Ctx, callId: string): Promise<boolean> {
  let failures = 0;
  let joinedBy: number | undefined;
  for (;;) {
    const answer = await askRelay(ctx, callId, TAKE_UP_MS);
    if (answer === "held") return true;
    if (answer === "failed") failures += 1;
    else joinedBy ??= performance.now() + TAKE_UP_MS;
    if (failures >= TAKE_UP_ASKS || performance.now() > (joinedBy ?? Number.POSITIVE_INFINITY)) return false;
    await delay(TAKE_UP_PAUSE_MS);
  }
}

function notTakenUp(): AppError {
  return new AppError("provider_unavailable", "The call could not be taken up: try again in a moment.", {
    details: { retryAfterSeconds: 5 },
  });
}
