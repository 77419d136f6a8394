import { isDeepStrictEqual } from "node:util";
import { onChange, onDeleted, onWritten } from "../endpoint/events";
import { forgetPractice } from "./forgetPractice";
import { recordPractice } from "./recordPractice";
import { replaceSessions } from "./replaceSessions";

const SESSION = "voiceSessions/{sessionId}";

/**
 * A session in which a question of an interview is practised is there, or has ended. At first the question is begun, and
 * the session takes the place of those of the interview that are open: 4 reads, 1 write; 2 writes more for each that it
 * replaces. At the end its question is completed: at most 4 reads, 1 write. Nothing else that is written of a session, and
 * none of another kind, is even read.
 */
export const countInterviewSession = onWritten<{ sessionId: string }>(
  SESSION,
  (is, was) => {
    if (is.interview === undefined) return false;
    return (isEnded(is) && !isEnded(was)) || !isDeepStrictEqual(is.interview, was.interview);
  },
  async (ctx, { sessionId }, is) => {
    await recordPractice(ctx, sessionId);
    if (!isEnded(is)) await replaceSessions(ctx, sessionId);
  },
);

/**
 * What was said in a session has become known only after its end: it may have been practised after all. 2 reads, 1 write;
 * 1 read for a session without an interview.
 */
export const recountInterviewSession = onChange<{ sessionId: string }>(
  "voiceTranscripts/{sessionId}",
  "completedAt",
  (ctx, { sessionId }) => recordPractice(ctx, sessionId),
);

/** Such a session is gone, erased or undone: the interview does not name it any more. 1 read, 1 write. */
export const forgetInterviewSession = onDeleted<{ sessionId: string }>(
  SESSION,
  async (ctx, { sessionId }, was) => {
    if (was.interview !== undefined) await forgetPractice(ctx, sessionId, was.interview);
  },
);

function isEnded({ status }: Record<string, unknown>): boolean {
  return status === "ended";
}
