import { onBecoming, onChange, onDeleted } from "../endpoint/events";
import { forgetPractice } from "./forgetPractice";
import { recordPractice } from "./recordPractice";
import { replaceSessions } from "./replaceSessions";

const SESSION = "voiceSessions/{sessionId}";

/**
 * A session is there in which a question of an interview is practised: the question is begun, and the session takes the
 * place of those of the interview that are open. 4 reads, 1 write; 2 writes more for each that it replaces.
 */
export const beginInterviewQuestion = onChange<{ sessionId: string }>(
  SESSION,
  "interview",
  async (ctx, { sessionId }) => {
    await recordPractice(ctx, sessionId);
    await replaceSessions(ctx, sessionId);
  },
);

/** Such a session has ended: its question is completed. 2 reads, 1 write; nothing for a session of another kind. */
export const completeInterviewQuestion = onBecoming<{ sessionId: string }>(
  SESSION,
  (session) => session.status === "ended" && session.interview !== undefined,
  (ctx, { sessionId }) => recordPractice(ctx, sessionId),
);

/** Such a session is gone, erased or undone: the interview does not name it any more. 1 read, 1 write. */
export const forgetInterviewSession = onDeleted<{ sessionId: string }>(
  SESSION,
  async (ctx, { sessionId }, was) => {
    if (was.interview !== undefined) await forgetPractice(ctx, sessionId, was.interview);
  },
);
