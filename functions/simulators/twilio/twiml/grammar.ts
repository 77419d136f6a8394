/** What a TwiML element may hold. */
export interface Grammar {
  attributes: string[];
  required?: string[];
  /** Elements within it; none when left out. */
  children?: string[];
  text?: "url" | "words" | "number";
}

const SSML = ["break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"];

/** Voice TwiML as far as it is simulated: https://www.twilio.com/docs/voice/twiml */
export const GRAMMAR: Record<string, Grammar> = {
  Response: {
    attributes: [],
    children: ["Say", "Play", "Pause", "Connect", "Dial", "Redirect", "Reject", "Hangup"],
  },
  Say: { attributes: ["voice", "language", "loop"], children: SSML, text: "words" },
  Play: { attributes: ["loop", "digits"], text: "url" },
  Pause: { attributes: ["length"] },
  Connect: { attributes: ["action", "method"], children: ["Stream"] },
  Stream: {
    attributes: ["url", "name", "track", "statusCallback", "statusCallbackMethod"],
    required: ["url"],
    children: ["Parameter"],
  },
  Parameter: { attributes: ["name", "value"], required: ["name", "value"] },
  Dial: {
    attributes: [
      "action",
      "answerOnBridge",
      "callerId",
      "hangupOnStar",
      "method",
      "record",
      "ringTone",
      "sequential",
      "timeLimit",
      "timeout",
      "trim",
    ],
    children: ["Number"],
    text: "number",
  },
  Number: {
    attributes: [
      "sendDigits",
      "statusCallback",
      "statusCallbackEvent",
      "statusCallbackMethod",
      "url",
      "method",
    ],
    text: "number",
  },
  Redirect: { attributes: ["method"], text: "url" },
  Reject: { attributes: ["reason"] },
  Hangup: { attributes: [] },
};

/** TwiML that Twilio has and the simulator does not. */
export const NOT_SIMULATED = [
  "Echo",
  "Enqueue",
  "Gather",
  "Leave",
  "Pay",
  "Prompt",
  "Queue",
  "Record",
  "Refer",
  "Siprec",
  "Sms",
  "Start",
  "Stop",
  "Client",
  "Conference",
  "Sip",
  "Room",
  "ConversationRelay",
  "VirtualAgent",
  "AiSession",
  "Conversation",
];

/** What an attribute's value must look like, where Twilio checks it. */
export const VALUES: Record<string, RegExp> = {
  length: /^\d+$/,
  loop: /^\d+$/,
  timeout: /^\d+$/,
  timeLimit: /^\d+$/,
  method: /^(GET|POST)$/,
  statusCallbackMethod: /^(GET|POST)$/,
  reason: /^(rejected|busy)$/,
  track: /^(inbound_track|outbound_track|both_tracks)$/,
  hangupOnStar: /^(true|false)$/,
  answerOnBridge: /^(true|false)$/,
};
