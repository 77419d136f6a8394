import { everyMinute, onBecoming, onDeleted } from "../endpoint/events";
import { eraseSession } from "./deleteSession";
import { endExpiredSessions as sweep } from "./endExpiredSessions";
import { finishTranscript } from "./transcript";

const SESSION = "voiceSessions/{sessionId}";

/** Each minute: ends the sessions that have expired. */
export const endExpiredSessions = everyMinute(sweep);

/** A session has ended: its transcript is completed and its usage added up. */
export const finishEndedSession = onBecoming<{ sessionId: string }>(
  SESSION,
  (session) => session.status === "ended",
  (ctx, { sessionId }) => finishTranscript(ctx, sessionId),
);

/** A session was deleted: what hangs on it is erased. */
export const eraseDeletedSession = onDeleted<{ sessionId: string }>(SESSION, (ctx, { sessionId }) =>
  eraseSession(ctx, sessionId),
);
