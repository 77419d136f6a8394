import { rfc2822 } from "../dates.js";
import type { TwimlElement } from "../twiml/parseTwiml.js";
import type { World } from "../world.js";
import type { Call } from "./call.js";
import { postCallback } from "./callbacks.js";

/** Tells the application of a stream's progress, where its TwiML asks: https://www.twilio.com/docs/voice/twiml/stream#statuscallback */
export function fireStream(
  world: World,
  call: Call,
  stream: TwimlElement,
  what: Record<string, string>,
): void {
  const { statusCallback, statusCallbackMethod } = stream.attributes;
  if (!statusCallback || world.stopped.aborted) return;
  const hook = { url: statusCallback, method: statusCallbackMethod === "GET" ? "GET" : "POST" } as const;
  const ids = { AccountSid: call.input.accountSid, CallSid: call.sid };
  void postCallback(world, call, "stream", hook, { ...ids, ...what, Timestamp: rfc2822(Date.now()) });
}
