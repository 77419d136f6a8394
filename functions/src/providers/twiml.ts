import MessagingResponse from "twilio/lib/twiml/MessagingResponse";
import VoiceResponse from "twilio/lib/twiml/VoiceResponse";

// What Twilio shall do with a call. https://www.twilio.com/docs/voice/twiml

/** Connects the caller with the relay, then asks `actionUrl` again what to do. */
export function connectStream(connection: {
  streamUrl: string;
  token: string;
  actionUrl: string;
  /** Said before. */
  say?: string;
}): string {
  const response = new VoiceResponse();
  if (connection.say) response.say(connection.say);
  const stream = response
    .connect({ action: connection.actionUrl, method: "POST" })
    .stream({ url: connection.streamUrl });
  stream.parameter({ name: "token", value: connection.token });
  return response.toString();
}

/** Says a sentence, if any, and hangs up. */
export function sayAndHangUp(sentence?: string): string {
  const response = new VoiceResponse();
  if (sentence) response.say(sentence);
  response.hangup();
  return response.toString();
}

/** Answers a message with none. */
export function noReply(): string {
  return new MessagingResponse().toString();
}

/** Puts the caller through to a number, then asks `actionUrl` again what to do. */
export function transferTo(transfer: {
  phoneNumber: string;
  callerId: string;
  actionUrl: string;
  maxMinutes: number;
  say: string;
}): string {
  const response = new VoiceResponse();
  response.say(transfer.say);
  const { callerId, actionUrl: action, maxMinutes } = transfer;
  response.dial(
    { callerId, action, method: "POST", timeout: 30, timeLimit: maxMinutes * 60 },
    transfer.phoneNumber,
  );
  return response.toString();
}
