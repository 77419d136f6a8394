import assert from "node:assert/strict";
import type { TwilioSimulator } from "../../simulators/twilio/server";
import { eventually } from "./eventually";
import { fromStack } from "./stackEnvironment";

type Script = NonNullable<Parameters<TwilioSimulator["setScript"]>[0]>;
type Fault = Parameters<TwilioSimulator["addFault"]>[0];
type Inbound = Parameters<TwilioSimulator["callIn"]>[0];
/** A call as the stack's Twilio simulator shows it. */
export type SimulatedCall = ReturnType<TwilioSimulator["call"]>;

/** Sets how calls go from now on; for one number alone where the script names it. */
export async function setTwilioScript(script: Script): Promise<void> {
  await control("POST", "script", script);
}

/** Puts the stack's Twilio simulator back to how it starts, but for the calls that still run. */
export async function resetTwilio(): Promise<void> {
  for (const what of ["script", "faults", "calls", "requests"]) await control("DELETE", what);
}

/** Lets the REST API fail. */
export async function addTwilioFault(fault: Fault): Promise<void> {
  await control("POST", "faults", [fault]);
}

/** Someone calls the project's number; gives the call's sid. */
export async function callIn(call: Inbound): Promise<string> {
  const { callSid } = (await control("POST", "inbound", call)) as { callSid: string };
  return callSid;
}

/** Every call that the stack's Twilio simulator knows, newest last. */
export async function simulatedCalls(): Promise<SimulatedCall[]> {
  return (await control("GET", "calls")) as SimulatedCall[];
}

export async function simulatedCall(sid: string): Promise<SimulatedCall> {
  return (await control("GET", `calls/${sid}`)) as SimulatedCall;
}

/** The call once it has ended; after 15 s an error that says where it is. */
export function endedCall(sid: string): Promise<SimulatedCall> {
  return eventually(async () => {
    const call = await simulatedCall(sid);
    assert.ok(call.endedAt, `The call is ${call.status}: ${JSON.stringify(call.errors)}`);
    return call;
  });
}

/** The requests that the REST API was sent, newest last. */
export async function twilioRequests(): Promise<ReturnType<TwilioSimulator["requests"]>> {
  return (await control("GET", "requests")) as ReturnType<TwilioSimulator["requests"]>;
}

async function control(method: string, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/twilio/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${what}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}
