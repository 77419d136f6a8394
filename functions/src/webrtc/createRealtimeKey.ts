import { type Ctx, requireCaller } from "../core/ctx";
import { DocumentMemory } from "../core/documentMemory";
import { transact } from "../core/firestore";
import { type InterviewQuestion, interviewQuestion } from "../interviews/interviewQuestion";
import { openAiAccess } from "../providers/openAi";
import { type ClientSecret, createClientSecret } from "../providers/openAiSecrets";
import { admitSession } from "../voice/admitSession";
import { discardSession } from "../voice/discardSession";
import { modelSession } from "../voice/modelSession";
import { KEY_SECONDS, providerLimits } from "./limits";
import { seedSession } from "./realtimeSession";
import type { KeyInput, KeyOutput } from "./schemas";

const REFUSED_LATELY_MS = 60_000;
/** When this instance refused a user last. */
const refusals = new DocumentMemory<number>();

/**
 * Opens a voice session for one question of one of the caller's interviews, and gives an ephemeral key with which the
 * client speaks to the model itself. 2 reads, 2 writes and one request to OpenAI, made while the session is being
 * admitted. A session that gets no key is undone.
 * @throws AppError not_found, invalid_argument; rate_limited; not_configured, provider_unavailable, provider_failed
 */
export async function createRealtimeKey(ctx: Ctx, input: KeyInput): Promise<KeyOutput> {
  const { uid } = requireCaller(ctx);
  const question = await interviewQuestion(ctx, input);
  const sessionId = ctx.newId();
  const refused = new AbortController();
  const admitting = admit(ctx, { sessionId, userId: uid, question });
  admitting.catch((error: unknown) => {
    refused.abort(error);
    refusals.set(ctx.db, uid, ctx.now().getTime());
  });
  // Whoever was refused lately asks OpenAI for nothing before being admitted.
  const refusedAt = refusals.get(ctx.db, uid) ?? 0;
  if (ctx.now().getTime() - refusedAt < REFUSED_LATELY_MS) await admitting;
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
      isNew: true,
      lastsAnHour: true,
      interview: { interviewId, questionNumber },
      replaces: openSessionIds,
    }),
  );
}

function makeKey(ctx: Ctx, question: InterviewQuestion, signal: AbortSignal): Promise<ClientSecret> {
  const session = modelSession({ ...question, model: ctx.config.OPENAI_REALTIME_MODEL }, ctx.config);
  const limits = providerLimits();
  return createClientSecret(openAiAccess(ctx.config), session, KEY_SECONDS, {
    ...limits,
    signal: AbortSignal.any([signal, limits.signal]),
  });
}
