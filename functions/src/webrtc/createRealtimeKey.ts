import type { Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { DocumentMemory } from "../core/documentMemory";
import { AppError } from "../core/errors";
import { transact } from "../core/firestore";
import { type InterviewQuestion, interviewQuestion } from "../interviews/interviewQuestion";
import { openAiAccess } from "../providers/openAi";
import { type ClientSecret, createClientSecret } from "../providers/openAiSecrets";
import { admitSession } from "../voice/admitSession";
import { modelSession } from "../voice/modelSession";
import { wasOpened } from "../voice/wasOpened";
import { KEY_SECONDS, providerLimits } from "./limits";
import { seedSession } from "./realtimeSession";
import type { KeyInput, KeyOutput } from "./schemas";

const REFUSED_LATELY_MS = 60_000;
/** When this instance refused a user last. */
const refusals = new DocumentMemory<number>();

/**
 * Opens a voice session for one question of one of the caller's interviews, and gives an ephemeral key with which the
 * client speaks to the model itself. 2 reads, 2 writes and one request to OpenAI, made while the session is being
 * admitted, which is stored together with its being given out: only a key that is given out counts against those of an hour.
 * @throws AppError not_found, invalid_argument; rate_limited; not_configured, provider_unavailable, provider_failed
 */
export async function createRealtimeKey(ctx: Ctx, input: KeyInput): Promise<KeyOutput> {
  const { uid } = requireCaller(ctx);
  const question = await interviewQuestion(ctx, input);
  const sessionId = ctx.newId();
  const refused = new AbortController();
  const isDoubtful = ctx.now().getTime() - (refusals.get(ctx.db, uid) ?? 0) < REFUSED_LATELY_MS;
  // Asked for while the session is being admitted; whoever was refused lately has to be admitted first.
  let making = isDoubtful ? undefined : makeKey(ctx, question, refused.signal);
  making?.catch(() => {});
  const { session, made } = await transact(
    ctx.db,
    async (tx) => {
      try {
        const admitted = await admit(ctx, tx, { sessionId, userId: uid, question });
        making ??= makeKey(ctx, question, refused.signal);
        // Nothing is written before the key is there: a session that gets none has never been.
        return { session: admitted, made: await making };
      } catch (error) {
        // Another's transaction in the way is none of these: this one is run again.
        if (error instanceof AppError) refused.abort(error);
        if (error instanceof AppError && error.code === "rate_limited")
          refusals.set(ctx.db, uid, ctx.now().getTime());
        throw error;
      }
    },
    wasOpened(ctx, sessionId),
  );
  const { expiresAt, createdAt } = session;
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
    realtimeSession: seedSession(made, { model: session.model, ...question }),
  };
}

function admit(
  ctx: Ctx,
  tx: Transaction,
  { sessionId, userId, question }: { sessionId: string; userId: string; question: InterviewQuestion },
) {
  const { interviewId, questionNumber, instructions, voice, openSessionIds } = question;
  return admitSession(ctx, tx, {
    sessionId,
    userId,
    kind: "webrtc",
    instructions,
    voice,
    isNew: true,
    lastsAnHour: true,
    byKey: true,
    interview: { interviewId, questionNumber },
    replaces: openSessionIds,
  });
}

function makeKey(ctx: Ctx, question: InterviewQuestion, signal: AbortSignal): Promise<ClientSecret> {
  const session = modelSession({ ...question, model: ctx.config.OPENAI_REALTIME_MODEL }, ctx.config);
  const limits = providerLimits();
  return createClientSecret(openAiAccess(ctx.config), session, KEY_SECONDS, {
    ...limits,
    signal: AbortSignal.any([signal, limits.signal]),
  });
}
