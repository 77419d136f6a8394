import type { Call } from "./call.js";

const API_VERSION = "2010-04-01";

/** The parameters that every request about a call carries: https://www.twilio.com/docs/voice/twiml#request-parameters */
export function callParams(call: Call): Record<string, string> {
  const { to, from } = call.request;
  return {
    AccountSid: call.input.accountSid,
    ApiVersion: API_VERSION,
    CallSid: call.sid,
    CallStatus: call.status,
    Called: to,
    Caller: from,
    Direction: call.input.direction,
    From: from,
    To: to,
  };
}
