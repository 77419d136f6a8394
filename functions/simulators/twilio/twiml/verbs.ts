import type { Call } from "../call/call.js";
import type { TwimlSource } from "../call/callRequest.js";
import { dialLeg } from "../call/dialLeg.js";
import { finish } from "../call/lifecycle.js";
import { pause } from "../pause.js";
import type { World } from "../world.js";
import { connectStream } from "./connectStream.js";
import type { TwimlElement } from "./parseTwiml.js";

export interface Execution {
  world: World;
  call: Call;
  element: TwimlElement;
  /** Aborted when the call ends or leaves this document. */
  signal: AbortSignal;
  /** Where the document came from, for addresses relative to it. */
  baseUrl: string | undefined;
}

/** What follows a verb: another document, the end of the call, or the next verb. */
export type Next = TwimlSource | "hangUp" | undefined;

const DEFAULT_PAUSE_SECONDS = 1;

/** What each verb does: https://www.twilio.com/docs/voice/twiml */
export const VERBS: Record<string, (execution: Execution) => Promise<Next>> = {
  Say: speak,
  Play: speak,
  Pause: async ({ element, signal }) => {
    await pause(Number(element.attributes.length ?? DEFAULT_PAUSE_SECONDS) * 1_000, signal);
    return undefined;
  },
  Connect: async (execution) => {
    await connectStream(execution);
    return nextOf(execution, {});
  },
  Dial: dial,
  Redirect: async (execution) => documentAt(execution, execution.element.text, {}),
  Reject: async ({ world, call, element }) => {
    finish(world, call, element.attributes.reason === "busy" ? "busy" : "no-answer");
    return "hangUp";
  },
  Hangup: async () => "hangUp",
};

async function speak({ call, signal }: Execution): Promise<Next> {
  await pause(call.script.sayMs, signal);
  return undefined;
}

async function dial(execution: Execution): Promise<Next> {
  const { world, call, element, signal } = execution;
  const { status, ms } = call.script.dial;
  const to = element.text || (element.children[0]?.text ?? "");
  const from = element.attributes.callerId ?? call.party;
  const leg = await dialLeg(world, call, { to, from }, signal);
  const seconds = String(status === "completed" ? Math.ceil(ms / 1_000) : 0);
  return nextOf(execution, {
    DialCallDuration: seconds,
    DialCallSid: leg.sid,
    DialCallStatus: status,
  });
}

/** A verb with an `action` hands over to the document there, whatever verbs follow it. */
function nextOf(execution: Execution, params: Record<string, string>): Next {
  const { action } = execution.element.attributes;
  if (execution.signal.aborted || action === undefined) return undefined;
  return documentAt(execution, action, params);
}

function documentAt(
  { call, element, baseUrl }: Execution,
  address: string,
  params: Record<string, string>,
): Next {
  const url = URL.canParse(address) ? address : (URL.parse(address, baseUrl)?.href ?? address);
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    call.fail(11100, `Invalid URL format: "${address}" in <${element.name}>`);
    return "hangUp";
  }
  return { url, method: element.attributes.method === "GET" ? "GET" : "POST", params };
}
