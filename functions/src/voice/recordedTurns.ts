import type { Query, QuerySnapshot } from "firebase-admin/firestore";
import type { Ctx } from "../core/ctx";
import { type TurnDoc, turns } from "./store";

/** Turns that one query reads; each may be as long as the relay keeps any. */
const TURNS_PER_READ = 50;

/** What is read of one session's turns where all are asked for, in bytes of their text: more than any transcript holds. */
export const MAX_READ_BYTES = 10 * 1_024 * 1_024;

/**
 * The turns that the relay has recorded of a session, in their order, up to the first with which their text is more
 * than `mostBytes`: whatever is stored, it is not held in memory all at once. 1 read a turn, and a query for each 50.
 * @param read asks, within a transaction where there is one
 */
export async function recordedTurns(
  ctx: Ctx,
  sessionId: string,
  mostBytes: number,
  read: (query: Query<TurnDoc>) => Promise<QuerySnapshot<TurnDoc>> = (query) => query.get(),
): Promise<TurnDoc[]> {
  const query = turns(ctx.db, sessionId).orderBy("order").limit(TURNS_PER_READ);
  const recorded: TurnDoc[] = [];
  let page = await read(query);
  for (let bytes = 0; ; page = await read(query.startAfter(page.docs.at(-1)))) {
    for (const document of page.docs) {
      const turn = document.data();
      recorded.push(turn);
      bytes += Buffer.byteLength(turn.content);
      if (bytes > mostBytes) return recorded;
    }
    if (page.size < TURNS_PER_READ) return recorded;
  }
}
