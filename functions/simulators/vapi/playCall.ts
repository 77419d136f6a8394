import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "./call.js";
import { type ServerMessage, serverMessages } from "./serverMessages.js";
import type { World } from "./world.js";

const ANSWER_MS = 20_000;

/** Where a call's messages go, and with which secret. */
export interface MessageServer {
  serverUrl: string;
  secret: string;
}

/** Holds a call: posts its messages one after another, as the script says. Ends with the simulator. */
export async function playCall(world: World, call: Call, server: MessageServer): Promise<void> {
  call.status = "in-progress";
  for (const message of serverMessages(call, world.account.orgId)) {
    if (world.stopped.aborted) return;
    call.deliveries.push({ type: message.type, status: await post(world, call, server, message) });
    if (call.script.paceMs > 0)
      await sleep(call.script.paceMs, undefined, { signal: world.stopped }).catch(() => {});
  }
  call.status = "ended";
}

async function post(
  { stopped }: World,
  { script }: Call,
  { serverUrl, secret }: MessageServer,
  message: ServerMessage,
): Promise<number | null> {
  const proof: Record<string, string> =
    script.secretIn === "bearer" ? { Authorization: `Bearer ${secret}` } : { "X-Vapi-Secret": secret };
  try {
    const response = await fetch(serverUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...proof },
      body: JSON.stringify({ message }),
      signal: AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_MS)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
