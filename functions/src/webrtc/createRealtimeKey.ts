import { type Ctx, requireCaller } from "../core/ctx";
import { transact } from "../core/firestore";
import { type InterviewQuestion, interviewQuestion } from "../interviews/interviewQuestion";
import { openAiAccess } from "../providers/openAi";
import { type ClientSecret, createClientSecret } from "../providers/openAiSecrets";
import { admitSession } from "../voice/admitSession";
import { discardSession } from "../voice/discardSession";
import { modelSession } from "../voice/modelSession";
import { KEY_SECONDS, PROVIDER_KEY_MS, PROVIDER_MS } from "./limits";
import { seedSession } from "./realtimeSession";
import type { KeyInput, KeyOutput } from "./schemas";

/**
 * Opens a voice session for one question of one of the caller's interviews, and gives an ephemeral key with which the
 * client speaks to the model itself. 3 reads, 2 writes and one request to OpenAI, made while the session is being
 * admitted. A session that gets no key is undone.
 * @throws AppError not_found, invalid_argument; rate_limited; not_configured, provider_unavailable, provider_failed
 */
export async function createRealtimeKey(ctx: Ctx, input: KeyInput): Promise<KeyOutput> {
  const { uid } = requireCaller(ctx);
  const question = await interviewQuestion(ctx, input);
  const sessionId = ctx.newId();
  const refused = new AbortController();
  const admitting = admit(ctx, { sessionId, userId: uid, question });
  admitting.catch((error: unknown) => refused.abort(error));
  const [admitted, made] = await Promise.allSettled([admitting, makeKey(ctx, question, refused.signal)]);
  if (admitted.status === "rejected") throw admitted.reason;
  if (made.status === "rejected") {
    await discardSession(ctx, sessionId);
    throw made.reason;
  }
  const { expiresAt, createdAt } = admitted.value;
  ctx.log.info("realtime key given out", { sessionId, interviewId: question.interviewId });
  return {
    id: `sess_${question.interviewId}_${uid}_${question.questionNumber}`,
    sessionId,
    interviewId: question.interviewId,
    userId: uid,
    questionNumber: question.questionNumber,
    expiresAt: expiresAt.toDate().toISOString(),
    ttl: Math.round((expiresAt.toMillis() - createdAt.toMillis()) / 1_000),
    instructions: question.instructions,
    sdpUrl: `${ctx.config.OPENAI_BASE_URL}/realtime/calls`,
    realtimeSession: seedSession(made.value, { model: admitted.value.model, ...question }),
  };
}

function admit(
  ctx: Ctx,
  { sessionId, userId, question }: { sessionId: string; userId: string; question: InterviewQuestion },
) {
  const { interviewId, questionNumber, instructions, voice, openSessionIds } = question;
  return transact(ctx.db, (tx) =>
    admitSession(ctx, tx, {
      sessionId,
      userId,
      kind: "webrtc",
      instructions,
      voice,
      interview: { interviewId, questionNumber },
      replaces: openSessionIds,
    }),
  );
}

function makeKey(ctx: Ctx, question: InterviewQuestion, signal: AbortSignal): Promise<ClientSecret> {
  const session = modelSession({ ...question, model: ctx.config.OPENAI_REALTIME_MODEL }, ctx.config);
  return createClientSecret(openAiAccess(ctx.config), session, KEY_SECONDS, {
    signal,
    stallMs: PROVIDER_MS,
    keyStallMs: PROVIDER_KEY_MS,
  });
}
