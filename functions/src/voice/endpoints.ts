import { callable } from "../endpoint/callable";
import { voiceErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { connectVoice as connect } from "./connectVoice";
import { deleteVoiceSession as deleteSession } from "./deleteSession";
import { endVoiceSession as endSession } from "./endSession";
import { getVoiceSession as getSession, listVoiceSessions as listSessions } from "./readSessions";
import * as schemas from "./schemas";
import { getVoiceTranscript as getTranscript, saveVoiceTranscript as saveTranscript } from "./transcript";

const connecting = operation({
  summary: "Open a voice session, or reconnect to one's own open one, and get a ticket for the relay",
  auth: "fresh",
  secrets: ["SECRET_KEY"],
  errors: ["permission_denied", "not_found", "conflict", "session_expired", "rate_limited", "not_configured"],
  input: schemas.connectInput,
  output: schemas.connectOutput,
  run: connect,
});
const ending = operation({
  summary: "End a voice session and close its live socket",
  auth: "token",
  errors: ["not_found"],
  input: schemas.sessionRef,
  output: schemas.success,
  run: endSession,
});
const savingTranscript = operation({
  summary: "Save the client's view of the conversation",
  auth: "token",
  errors: ["permission_denied"],
  input: schemas.saveTranscriptInput,
  output: schemas.success,
  run: saveTranscript,
});
const listing = operation({
  summary: "One's own voice sessions, newest first",
  auth: "token",
  errors: ["permission_denied"],
  input: schemas.listInput,
  output: schemas.listOutput,
  run: listSessions,
});
const getting = operation({
  summary: "One voice session",
  auth: "token",
  errors: ["not_found"],
  input: schemas.sessionRef,
  output: schemas.session,
  run: getSession,
});
const gettingTranscript = operation({
  summary: "The conversation of a voice session, so far or complete",
  auth: "token",
  errors: ["not_found"],
  input: schemas.sessionRef,
  output: schemas.transcript,
  run: getTranscript,
});
const deleting = operation({
  summary: "Erase a voice session, its transcript and all that hangs on it",
  auth: "token",
  errors: ["not_found"],
  input: schemas.sessionRef,
  output: schemas.success,
  run: deleteSession,
});

export const connectVoice = callable(connecting);
export const endVoiceSession = callable(ending);
export const saveVoiceTranscript = callable(savingTranscript);
export const listVoiceSessions = callable(listing);
export const getVoiceSession = callable(getting);
export const getVoiceTranscript = callable(gettingTranscript);
export const deleteVoiceSession = callable(deleting);

export const voiceConnectHttp = https({
  path: "/api/voice/connect",
  family: voiceErrors,
  routes: { POST: route(connecting) },
});
export const voiceSessionsHttp = https({
  path: "/api/voice/sessions",
  family: voiceErrors,
  routes: {
    GET: route(listing, {
      present: ({ sessions, nextCursor }) => ({
        body: sessions,
        ...(nextCursor ? { headers: { "X-Next-Cursor": nextCursor } } : {}),
      }),
      presented: schemas.session.array(),
      presentedHeaders: ["X-Next-Cursor"],
    }),
  },
});
export const voiceSessionHttp = https({
  path: "/api/voice/sessions/{sessionId}",
  family: voiceErrors,
  routes: { GET: route(getting), DELETE: route(deleting) },
});
export const voiceSessionEndHttp = https({
  path: "/api/voice/sessions/{sessionId}/end",
  family: voiceErrors,
  routes: { POST: route(ending) },
});
export const voiceTranscriptHttp = https({
  path: "/api/voice/sessions/{sessionId}/transcript",
  family: voiceErrors,
  routes: { GET: route(gettingTranscript), POST: route(savingTranscript) },
});
