import type { Query } from "firebase-admin/firestore";
import { parseCursor, writeCursor } from "../core/timeCursor";
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
  const from = cursor === undefined ? query : query.startAfter(...parseCursor(cursor));
  // One more than asked for tells whether there is a next page, without a count.
  const page = (await from.limit(limit + 1).get()).docs.map((document) => document.data());
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  return {
    shown,
    ...(page.length > limit && last ? { nextCursor: writeCursor(last.createdAt, last.sessionId) } : {}),
  };
}
