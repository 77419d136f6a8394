import type { Query, Timestamp } from "firebase-admin/firestore";
import { parseCursor, writeCursor } from "./timeCursor";

export interface TimePage<Doc> {
  shown: Doc[];
  /** Where the next page begins, if there is one. */
  nextCursor?: string;
}

/**
 * A page of a query that is ordered by `createdAt` and the id, descending. Reads at most one document more than it
 * returns.
 * @throws AppError invalid_argument for a cursor that is none
 */
export async function pageOf<Doc extends { createdAt: Timestamp }>(
  query: Query<Doc, Doc>,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<TimePage<Doc>> {
  const from = cursor === undefined ? query : query.startAfter(...parseCursor(cursor));
  // One more than asked for tells whether there is a next page, without a count.
  const { docs } = await from.limit(limit + 1).get();
  const page = docs.map((document) => ({ id: document.id, data: document.data() }));
  const shown = page.slice(0, limit);
  const last = shown.at(-1);
  return {
    shown: shown.map(({ data }) => data),
    ...(page.length > limit && last ? { nextCursor: writeCursor(last.data.createdAt, last.id) } : {}),
  };
}
