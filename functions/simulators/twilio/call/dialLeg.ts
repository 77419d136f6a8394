import { pause } from "../pause.js";
import type { World } from "../world.js";
import { Call } from "./call.js";
import { DEFAULT_TIME_LIMIT_SECONDS, DEFAULT_TIMEOUT_SECONDS } from "./callRequest.js";
import { finish } from "./lifecycle.js";

/**
 * Runs the call that a `<Dial>` places, to its end: a call of its own in the account, with a price of its own. It is answered as its
 * parent's script says, and ends with it.
 */
export async function dialLeg(
  world: World,
  parent: Call,
  { to, from }: { to: string; from: string },
  signal: AbortSignal,
): Promise<Call> {
  const { status, ms } = parent.script.dial;
  const leg = new Call({
    request: {
      to,
      from,
      source: { twiml: "<Response/>" },
      statusEvents: [],
      timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
      timeLimitSeconds: DEFAULT_TIME_LIMIT_SECONDS,
    },
    script: { ...parent.script, keepAudio: false },
    direction: "outbound-dial",
    parentCallSid: parent.sid,
    accountSid: parent.input.accountSid,
    apiUrl: parent.input.apiUrl,
  });
  world.calls.add(leg);
  leg.move("initiated");
  if (status === "completed") leg.move("in-progress");
  await pause(ms, signal);
  finish(world, leg, status);
  return leg;
}
