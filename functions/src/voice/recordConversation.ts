import type { Ctx } from "../core/ctx";
import { isOvertaken } from "../core/firestore";
import { sha256 } from "../core/ids";
import { type ResponseDoc, responses, sessions, type TurnDoc, turns } from "./store";

/** What a relay has to keep of a conversation: all of it absolute, so that writing it again changes nothing. */
export interface ConversationRecord {
  /** A turn recorded before is replaced, as when it is cut off afterwards. */
  turns: TurnDoc[];
  responses: { responseId: string; used: ResponseDoc }[];
}

/**
 * Stores turns and usage, all or nothing, in one round trip: a write for each, and one for the session.
 *
 * A batch, not a transaction: a relay that is killed between reading and committing would leave the session locked
 * for up to a minute, and nobody could take it up. That the session still exists, so that nothing outlives its
 * erasure, is the condition of an update that changes nothing; such an update fires no trigger.
 * @returns false where the session no longer exists, so that nothing was stored
 */
export async function recordConversation(
  ctx: Ctx,
  sessionId: string,
  record: ConversationRecord,
): Promise<boolean> {
  const batch = ctx.db.batch();
  batch.update(sessions(ctx.db).doc(sessionId), { sessionId });
  for (const turn of record.turns) batch.set(turns(ctx.db, sessionId).doc(documentOf(turn.itemId)), turn);
  for (const { responseId, used } of record.responses) {
    batch.set(responses(ctx.db, sessionId).doc(documentOf(responseId)), used);
  }
  try {
    await batch.commit();
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}

/** Where an item is stored: under its id, as the model makes them; what a client has made up may be no name at all. */
function documentOf(itemId: string): string {
  return /^(?!__)[A-Za-z0-9_-]{1,128}$/.test(itemId) ? itemId : `other_${sha256(itemId)}`;
}
