import { type Query, Timestamp } from "firebase-admin/firestore";
import { z } from "zod";
import { AppError } from "../core/errors";
import { sessionId } from "./schemas";
import type { SessionDoc } from "./store";

export interface SessionPage<Session = SessionDoc> {
  shown: Session[];
  /** Where the next page begins, if there is one. */
  nextCursor?: string;
}

/**
 * A page of a query that is ordered by `createdAt` and the id, descending. Reads at most one document more than it
 * returns.
 * @throws AppError invalid_argument for a cursor that is none
 */
export async function pageOf(
  query: Query<SessionDoc, SessionDoc>,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<SessionPage> {
  const from = cursor === undefined ? query : query.startAfter(...decodeCursor(cursor));
  // One more than asked for tells whether there is a next page, without a count.
  const page = (await from.limit(limit + 1).get()).docs.map((document) => document.data());
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  return { shown, ...(page.length > limit && last ? { nextCursor: encodeCursor(last) } : {}) };
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
