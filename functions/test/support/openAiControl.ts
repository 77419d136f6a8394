import assert from "node:assert/strict";
import type { OpenAiSimulator } from "../../simulators/openai/server";
import { fromStack } from "./stackEnvironment";

type Script = Parameters<OpenAiSimulator["setScript"]>[0];
type Pace = Parameters<OpenAiSimulator["setPace"]>[0];

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

async function control(method: string, what: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${fromStack("SIMULATORS_URL")}/control/openai/${what}`, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${what}: ${response.status}`);
  return response.json();
}
