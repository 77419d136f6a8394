import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import type { CallView } from "../../simulators/twilio/callView";
import type { FaultInput } from "../../simulators/twilio/faults";
import type { InboundInput } from "../../simulators/twilio/inbound";
import type { ScriptInput } from "../../simulators/twilio/script";
import { eventually } from "./eventually";
import { fromStack } from "./stackEnvironment";

/** A phone that no other test calls. */
export const freshPhone = () => `+1415${randomInt(2_000_000, 9_999_999)}`;

/** Says how whoever has this number takes calls. */
export async function scriptPhone(number: string, script: ScriptInput): Promise<void> {
  await control("POST", "script", { ...script, number });
}

/** Lets the phone network fail. */
export async function addPhoneFault(fault: FaultInput): Promise<void> {
  await control("POST", "faults", fault);
}

/** Lets someone call. @returns the call's SID */
export async function callIn(inbound: InboundInput): Promise<string> {
  return ((await control("POST", "inbound", inbound)) as { callSid: string }).callSid;
}

/** The calls that the phone network has seen to or from a number, oldest first. */
export async function phoneCalls(number: string): Promise<CallView[]> {
  const calls = (await control("GET", "calls")) as CallView[];
  return calls.filter(({ to, from }) => to === number || from === number);
}

/** A call as the phone network sees it, once `holds` does. */
export function phoneCall(callSid: string, holds: (call: CallView) => boolean = isOver): Promise<CallView> {
  return eventually(async () => {
    const call = (await control("GET", `calls/${callSid}`)) as CallView;
    assert.ok(
      holds(call),
      `${call.status}: ${JSON.stringify({ ...call, documents: undefined }).slice(0, 2_000)}`,
    );
    return call;
  });
}

const isOver = ({ endedAt }: CallView) => endedAt !== null;

async function control(method: string, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/twilio/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${what}: ${response.status}`);
  return response.json();
}
