import { FieldPath, type Transaction } from "firebase-admin/firestore";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { pageOf } from "../core/timePages";
import { sessionNotFound } from "./endSession";
import type { ListInput, ListOutput, Session, SessionRef } from "./schemas";
import { type SessionDoc, sessions } from "./store";

/** One's own session. One read. @throws AppError not_found, also for another user's */
export async function getVoiceSession(ctx: Ctx, input: SessionRef): Promise<Session> {
  return toSession(await readOwnSession(ctx, input.sessionId));
}

/** @throws AppError not_found for a missing session and for another user's alike */
export async function readOwnSession(ctx: Ctx, sessionId: string): Promise<SessionDoc> {
  const { uid } = requireCaller(ctx);
  const session = (await sessions(ctx.db).doc(sessionId).get()).data();
  if (session?.userId !== uid) throw sessionNotFound();
  return session;
}

/** A session, for the system; within a transaction where one is given. 1 read. @returns undefined where there is none */
export async function findSession(
  ctx: Ctx,
  sessionId: string,
  tx?: Transaction,
): Promise<SessionDoc | undefined> {
  const reference = sessions(ctx.db).doc(sessionId);
  return (await (tx ? tx.get(reference) : reference.get())).data();
}

/** One's own sessions, newest first. Reads at most one document more than it returns. */
export async function listVoiceSessions(ctx: Ctx, input: ListInput): Promise<ListOutput> {
  const { uid } = requireCaller(ctx);
  if (input.userId !== uid) throw new AppError("permission_denied", "Unauthorized");
  const query = sessions(ctx.db)
    .where("userId", "==", uid)
    .orderBy("createdAt", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  const { shown, nextCursor } = await pageOf(query, input);
  return { sessions: shown.map(toSession), ...(nextCursor === undefined ? {} : { nextCursor }) };
}

/** A session as its owner sees it: what the relay keeps to itself is left out. */
function toSession(session: SessionDoc): Session {
  return {
    sessionId: session.sessionId,
    userId: session.userId,
    kind: session.kind,
    status: session.status,
    createdAt: session.createdAt.toDate().toISOString(),
    expiresAt: session.expiresAt.toDate().toISOString(),
    ...(session.endedAt ? { endedAt: session.endedAt.toDate().toISOString() } : {}),
    ...(session.endReason ? { endReason: session.endReason } : {}),
    model: session.model,
    voice: session.voice,
    ...(session.language ? { language: session.language } : {}),
    ...(session.scenario ? { scenarioId: session.scenario.scenarioId } : {}),
    ...(session.interview ? { interview: session.interview } : {}),
    ...(session.usage ? { usage: session.usage } : {}),
  };
}
