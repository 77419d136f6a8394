import assert from "node:assert/strict";
import type { OpenAiSimulator } from "../../simulators/openai/server";
import { fromStack } from "./stackEnvironment";

type Script = Parameters<OpenAiSimulator["setScript"]>[0];
type ChatScript = Parameters<OpenAiSimulator["setChatScript"]>[0];
type Pace = Parameters<OpenAiSimulator["setPace"]>[0];
type Fault = Parameters<OpenAiSimulator["addFault"]>[0];

const DEFAULT_PACE = { firstAudioMs: 250, realTimeFactor: 4 };

/** Sets what the stack's model simulator says from its next session on, and how fast. */
export async function setSimulator({ script, pace = {} }: { script?: Script; pace?: Pace }): Promise<void> {
  await control("POST", "pace", { ...DEFAULT_PACE, ...pace });
  if (script) await control("POST", "script", script);
  else await control("DELETE", "script");
}

/** Puts the stack's model simulator back to how it starts. */
export function resetSimulator(): Promise<void> {
  return setSimulator({});
}

/** The sessions that the stack's model simulator has seen, newest last. */
export async function simulatedSessions(): Promise<ReturnType<OpenAiSimulator["sessions"]>> {
  return (await control("GET", "sessions")) as ReturnType<OpenAiSimulator["sessions"]>;
}

/** Sets what the stack's model simulator answers to chat completions from now on; without a script, how it starts. */
export async function setChatScript(script?: ChatScript): Promise<void> {
  if (script) await control("POST", "chat-script", script);
  else await control("DELETE", "chat-script");
}

/** Lets the stack's model simulator fail; give the fault a key where other tests may be running. */
export async function addSimulatorFault(fault: Fault): Promise<void> {
  await control("POST", "faults", fault);
}

export async function clearSimulatorFaults(): Promise<void> {
  await control("DELETE", "faults");
}

/** The HTTP requests that the stack's model simulator has been sent, newest last. */
export async function simulatedRequests(): Promise<ReturnType<OpenAiSimulator["requests"]>> {
  return (await control("GET", "requests")) as ReturnType<OpenAiSimulator["requests"]>;
}

export async function clearSimulatedRequests(): Promise<void> {
  await control("DELETE", "requests");
}

async function control(method: string, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/openai/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${what}: ${response.status}`);
  return response.json();
}
