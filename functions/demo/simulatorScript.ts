import type { Recording } from "./recording";

/**
 * Tells the simulator what it is to hear and to answer. A session takes its own copy when it opens.
 * @returns a function that takes the script away again
 */
export async function loadScript(
  controlUrl: string,
  { turns, greeting }: Recording,
): Promise<() => Promise<void>> {
  const script = { greeting, turns: turns.map(({ says, reply }) => ({ heard: says, reply })) };
  await request(`${controlUrl}/script`, { method: "POST", body: JSON.stringify(script) });
  return () => request(`${controlUrl}/script`, { method: "DELETE" });
}

async function request(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`The simulator answers ${response.status} to ${init.method} ${url}.`);
}
