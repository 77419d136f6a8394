import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks";
import { finish } from "../call/lifecycle.js";
import { fireStream } from "../call/streamCallbacks.js";
import { MediaStream, type StreamEnd } from "../stream/mediaStream.js";
import type { TwimlElement } from "./parseTwiml.js";
import type { Execution } from "./verbs.js";

/** Runs a `<Connect><Stream>` until it has ended; one that cannot be opened is noted and ends at once. */
export async function connectStream({ world, call, element, signal }: Execution): Promise<void> {
  const [noun] = element.children;
  const { url = "", name = "" } = noun?.attributes ?? {};
  const refused = refuseUrl(url);
  if (!noun || refused) {
    if (refused) call.fail(refused.code, refused.message);
    return;
  }
  const stream: MediaStream = new MediaStream({
    url,
    signature: getExpectedTwilioSignature(world.account.authToken, url, {}),
    parameters: parametersOf(noun),
    accountSid: call.input.accountSid,
    callSid: call.sid,
    caller: call.caller,
    ticker: world.ticker,
    audio: call.audio,
    sinceAnswerMs: () => Date.now() - (call.answeredAt ?? Date.now()),
    hangUp: () => finish(world, call, "completed"),
    onStart: () => fireStream(world, call, noun, { StreamEvent: "stream-started", StreamSid: stream.sid }),
  });
  call.streams.push(stream);
  const end = await stream.run(signal);
  if (end.error) call.fail(end.error.code, end.error.message);
  fireStream(world, call, noun, { StreamSid: stream.sid, StreamName: name, ...eventOf(end) });
}

/** https://www.twilio.com/docs/voice/twiml/stream: `wss` and no query; `ws` too, for the local stack. */
function refuseUrl(url: string): { code: number; message: string } | undefined {
  const parsed = URL.parse(url);
  if (!parsed) return { code: 11100, message: `Invalid URL format: "${url}" in <Stream>` };
  if (!/^wss?:$/.test(parsed.protocol)) {
    return { code: 31922, message: `Stream - WebSocket - URL Schema Not Supported: "${url}"` };
  }
  if (!url.includes("?")) return undefined;
  return { code: 31920, message: `Stream - WebSocket - Handshake Error: "${url}" has a query string` };
}

function parametersOf(stream: TwimlElement): Record<string, string> {
  const pairs = stream.children.map(({ attributes: { name = "", value = "" } }) => [name, value]);
  return Object.fromEntries(pairs);
}

function eventOf(end: StreamEnd): Record<string, string> {
  if (!end.error) return { StreamEvent: "stream-stopped" };
  return { StreamEvent: "stream-error", StreamError: end.error.message };
}
