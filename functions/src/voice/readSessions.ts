import { FieldPath, type Query, Timestamp } from "firebase-admin/firestore";
import { z } from "zod";
import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import { sessionNotFound } from "./endSession";
import { type ListInput, type ListOutput, type Session, type SessionRef, sessionId } from "./schemas";
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

/** One's own sessions, newest first. Reads at most one document more than it returns. */
export async function listVoiceSessions(ctx: Ctx, input: ListInput): Promise<ListOutput> {
  const { uid } = requireCaller(ctx);
  if (input.userId !== uid) throw new AppError("permission_denied", "Unauthorized");
  let query: Query<SessionDoc, SessionDoc> = sessions(ctx.db)
    .where("userId", "==", uid)
    .orderBy("createdAt", "desc")
    .orderBy(FieldPath.documentId(), "desc");
  if (input.cursor) query = query.startAfter(...decodeCursor(input.cursor));
  // One more than asked for tells whether there is a next page, without a count.
  const page = (await query.limit(input.limit + 1).get()).docs.map((document) => document.data());
  const shown = page.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    sessions: shown.map(toSession),
    ...(page.length > input.limit && last ? { nextCursor: encodeCursor(last) } : {}),
  };
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
    ...(session.usage ? { usage: session.usage } : {}),
  };
}

// Seconds, nanoseconds and id of the last session shown: sessions created in the same instant are not skipped.
const cursorSchema = z.tuple([
  z.number().int().min(-62_135_596_800).max(253_402_300_799),
  z.number().int().min(0).max(999_999_999),
  sessionId,
]);

function encodeCursor(session: SessionDoc): string {
  const { seconds, nanoseconds } = session.createdAt;
  return Buffer.from(JSON.stringify([seconds, nanoseconds, session.sessionId])).toString("base64url");
}

function decodeCursor(cursor: string): [Timestamp, string] {
  try {
    const [seconds, nanoseconds, id] = cursorSchema.parse(
      JSON.parse(Buffer.from(cursor, "base64url").toString()),
    );
    return [new Timestamp(seconds, nanoseconds), id];
  } catch (cause) {
    throw new AppError("invalid_argument", "cursor: must be the X-Next-Cursor of the page before", {
      details: { field: "cursor" },
      cause,
    });
  }
}
