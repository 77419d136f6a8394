import { type Ctx, requireCaller } from "../core/ctx";
import { AppError } from "../core/errors";
import type { ConversationTurn } from "./conversation";
import { type EnhancedTranscript, enhance } from "./enhancedTranscript";
import { enhancedTranscripts, type TranscriptDoc, transcriptParts } from "./store";

const TWILIO_SID = /^GT[0-9a-fA-F]{32}$/;

/**
 * One of one's own conversations, whole. Found by the SID that Twilio gave its transcript, or by its session's id. 1 read,
 * and 1 for each 700 KB of it.
 * @throws AppError not_found, also for another user's
 */
export async function getTranscript(
  ctx: Ctx,
  { transcript_sid }: { transcript_sid: string },
): Promise<EnhancedTranscript> {
  const { uid } = requireCaller(ctx);
  // What is stored anew meanwhile is read whole, before or after.
  const { head, turns } = await ctx.db.runTransaction(
    async (tx) => {
      const query = enhancedTranscripts(ctx.db)
        .where("userId", "==", uid)
        .where("transcriptSid", "==", transcript_sid)
        .limit(1);
      const found = TWILIO_SID.test(transcript_sid)
        ? (await tx.get(query)).docs[0]?.data()
        : (await tx.get(enhancedTranscripts(ctx.db).doc(transcript_sid))).data();
      if (found?.userId !== uid) throw new AppError("not_found", "Transcript not found");
      const references = Array.from({ length: found.parts }, (_, index) =>
        transcriptParts(ctx.db, found.sessionId).doc(String(index)),
      );
      const parts = references.length === 0 ? [] : await tx.getAll(...references);
      return { head: found, turns: parts.flatMap((part) => parseTurns(part.data()?.turns)) };
    },
    { readOnly: true },
  );
  return whole(head, turns);
}

/** What we have written ourselves, and is held to its schema where it goes out. */
function parseTurns(text = "[]"): ConversationTurn[] {
  return JSON.parse(text) as ConversationTurn[];
}

function whole(head: TranscriptDoc, turns: ConversationTurn[]): EnhancedTranscript {
  const { speakers, timeline, durationSeconds, truncated = false } = head;
  return enhance(
    { speakers, turns, timeline },
    {
      transcript_sid: head.transcriptSid,
      call_date: head.callDate.toDate().toISOString(),
      call_direction: head.callDirection,
      scenario_name: head.scenarioName,
      truncated,
      ...(durationSeconds === undefined ? {} : { duration: durationSeconds }),
    },
  );
}
