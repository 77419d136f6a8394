import { lazyExports } from "./endpoint/lazyExports";
import { keepRawBodies } from "./endpoint/rawBody";

// The table of contents of the deployed backend: one line a function, loaded when it is called.
const voice = () => require("./voice/endpoints") as typeof import("./voice/endpoints");
const chat = () => require("./chat/endpoints") as typeof import("./chat/endpoints");
const speech = () => require("./speech/endpoints") as typeof import("./speech/endpoints");
const accounts = () => require("./accounts/endpoints") as typeof import("./accounts/endpoints");
const scenarios = () => require("./scenarios/endpoints") as typeof import("./scenarios/endpoints");
const interviews = () => require("./interviews/endpoints") as typeof import("./interviews/endpoints");
const calls = () => require("./calls/endpoints") as typeof import("./calls/endpoints");
const calendar = () => require("./calendar/endpoints") as typeof import("./calendar/endpoints");
const transcripts = () => require("./transcripts/endpoints") as typeof import("./transcripts/endpoints");
const webrtc = () => require("./webrtc/endpoints") as typeof import("./webrtc/endpoints");
const vapi = () => require("./vapi/endpoints") as typeof import("./vapi/endpoints");
const health = () => require("./health/endpoints") as typeof import("./health/endpoints");
const accountTriggers = () => require("./accounts/triggers") as typeof import("./accounts/triggers");
const callTriggers = () => require("./calls/triggers") as typeof import("./calls/triggers");
const interviewTriggers = () => require("./interviews/triggers") as typeof import("./interviews/triggers");
const transcriptTriggers = () => require("./transcripts/triggers") as typeof import("./transcripts/triggers");
const webrtcTriggers = () => require("./webrtc/triggers") as typeof import("./webrtc/triggers");
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
  // chat and speech
  chatHttp: () => chat().chatHttp,
  chat: () => chat().chat,
  ttsHttp: () => speech().ttsHttp,
  // accounts and scenarios
  authRegisterHttp: () => accounts().authRegisterHttp,
  authLoginHttp: () => accounts().authLoginHttp,
  authRefreshHttp: () => accounts().authRefreshHttp,
  usersMeHttp: () => accounts().usersMeHttp,
  scenariosHttp: () => scenarios().scenariosHttp,
  createScenarioHttp: () => scenarios().createScenarioHttp,
  customScenariosHttp: () => scenarios().customScenariosHttp,
  customScenarioHttp: () => scenarios().customScenarioHttp,
  // interviews
  interviewsHttp: () => interviews().interviewsHttp,
  interviewHttp: () => interviews().interviewHttp,
  // phone calls
  makeCallHttp: () => calls().makeCallHttp,
  makeCustomCallHttp: () => calls().makeCustomCallHttp,
  makeCalendarCallHttp: () => calls().makeCalendarCallHttp,
  callsHttp: () => calls().callsHttp,
  callHttp: () => calls().callHttp,
  callEndHttp: () => calls().callEndHttp,
  scheduleCallHttp: () => calls().scheduleCallHttp,
  scheduledCallsHttp: () => calls().scheduledCallsHttp,
  scheduledCallHttp: () => calls().scheduledCallHttp,
  doNotCallHttp: () => calls().doNotCallHttp,
  doNotCallEntryHttp: () => calls().doNotCallEntryHttp,
  // phone calls: what Twilio calls
  twilioVoiceOutboundHttp: () => calls().twilioVoiceOutboundHttp,
  twilioVoiceInboundHttp: () => calls().twilioVoiceInboundHttp,
  twilioVoiceStatusHttp: () => calls().twilioVoiceStatusHttp,
  twilioVoiceRecordingHttp: () => calls().twilioVoiceRecordingHttp,
  twilioVoiceAmdHttp: () => calls().twilioVoiceAmdHttp,
  twilioMessagesHttp: () => calls().twilioMessagesHttp,
  // Google Calendar
  googleCalendarAuthHttp: () => calendar().googleCalendarAuthHttp,
  googleCalendarCallbackHttp: () => calendar().googleCalendarCallbackHttp,
  googleCalendarEventsHttp: () => calendar().googleCalendarEventsHttp,
  googleCalendarConnectionHttp: () => calendar().googleCalendarConnectionHttp,
  // transcripts
  enhancedTranscriptsHttp: () => transcripts().enhancedTranscriptsHttp,
  enhancedTranscriptHttp: () => transcripts().enhancedTranscriptHttp,
  erasureReceiptsHttp: () => transcripts().erasureReceiptsHttp,
  twilioIntelligenceHttp: () => transcripts().twilioIntelligenceHttp,
  // WebRTC
  turnCredentialsHttp: () => webrtc().turnCredentialsHttp,
  getTurnCredentials: () => webrtc().getTurnCredentials,
  realtimeKeyHttp: () => webrtc().realtimeKeyHttp,
  createRealtimeKey: () => webrtc().createRealtimeKey,
  realtimeCallsHttp: () => webrtc().realtimeCallsHttp,
  startRealtimeCall: () => webrtc().startRealtimeCall,
  // Vapi
  vapiStartHttp: () => vapi().vapiStartHttp,
  startVapiSession: () => vapi().startVapiSession,
  vapiEventsHttp: () => vapi().vapiEventsHttp,
  // health
  health: () => health().health,
  // accounts: schedule
  eraseLeftovers: () => accountTriggers().eraseLeftovers,
  // phone calls: schedule, tasks and triggers
  sweepScheduledCalls: () => callTriggers().sweepScheduledCalls,
  dialScheduledCall: () => callTriggers().dialScheduledCall,
  checkCalls: () => callTriggers().checkCalls,
  hangUpForsakenCall: () => callTriggers().hangUpForsakenCall,
  // interviews: triggers
  countInterviewSession: () => interviewTriggers().countInterviewSession,
  recountInterviewSession: () => interviewTriggers().recountInterviewSession,
  forgetInterviewSession: () => interviewTriggers().forgetInterviewSession,
  // transcripts: triggers
  tendTranscripts: () => transcriptTriggers().tendTranscripts,
  eraseDeletedTranscript: () => transcriptTriggers().eraseDeletedTranscript,
  enhanceTranscript: () => transcriptTriggers().enhanceTranscript,
  // WebRTC: schedule
  tendRealtimeCalls: () => webrtcTriggers().tendRealtimeCalls,
  // voice sessions: schedule and triggers
  endExpiredSessions: () => voiceTriggers().endExpiredSessions,
  finishEndedSession: () => voiceTriggers().finishEndedSession,
  eraseDeletedSession: () => voiceTriggers().eraseDeletedSession,
});
