import { lazyExports } from "./endpoint/lazyExports";
import { keepRawBodies } from "./endpoint/rawBody";

// The table of contents of the deployed backend: one line a function, loaded when it is called.
const voice = () => require("./voice/endpoints") as typeof import("./voice/endpoints");
const voiceTriggers = () => require("./voice/triggers") as typeof import("./voice/triggers");

keepRawBodies(process.env.FUNCTION_TARGET);

export = lazyExports({
  // voice sessions: HTTPS
  voiceConnectHttp: () => voice().voiceConnectHttp,
  voiceSessionsHttp: () => voice().voiceSessionsHttp,
  voiceSessionHttp: () => voice().voiceSessionHttp,
  voiceSessionEndHttp: () => voice().voiceSessionEndHttp,
  voiceTranscriptHttp: () => voice().voiceTranscriptHttp,
  // voice sessions: callables
  connectVoice: () => voice().connectVoice,
  endVoiceSession: () => voice().endVoiceSession,
  saveVoiceTranscript: () => voice().saveVoiceTranscript,
  listVoiceSessions: () => voice().listVoiceSessions,
  getVoiceSession: () => voice().getVoiceSession,
  getVoiceTranscript: () => voice().getVoiceTranscript,
  deleteVoiceSession: () => voice().deleteVoiceSession,
  // voice sessions: schedule and triggers
  endExpiredSessions: () => voiceTriggers().endExpiredSessions,
  finishEndedSession: () => voiceTriggers().finishEndedSession,
  eraseDeletedSession: () => voiceTriggers().eraseDeletedSession,
});
