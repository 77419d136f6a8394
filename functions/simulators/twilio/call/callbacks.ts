import { rfc2822 } from "../dates.js";
import { newIdempotencyToken } from "../delivery.js";
import { pause } from "../pause.js";
import type { CallbackEvent } from "../script.js";
import type { World } from "../world.js";
import type { Call } from "./call.js";
import { callParams } from "./callParams.js";
import type { Hook, StatusEvent } from "./callRequest.js";
import { sendWebhook } from "./webhook.js";

/**
 * Tells the application of the call's progress, if it asked for the event, as often and in the order that the script
 * wants. https://www.twilio.com/docs/voice/api/call-resource#statuscallback
 */
export function fireStatus(world: World, call: Call, event: StatusEvent): void {
  const { statusCallback, statusEvents } = call.request;
  const { order } = call.script.callbacks;
  if (!statusCallback) return;
  if (statusEvents.includes(event)) {
    const params = statusParams(call);
    if (order === "inOrder") void postCallback(world, call, event, statusCallback, params);
    else call.held.push({ event, params });
  }
  if (event === "completed" && order !== "inOrder") void releaseHeld(world, call, statusCallback);
}

/** Sends one callback as the script wants it: delayed, more than once, not at all, again when it fails. */
export async function postCallback(
  world: World,
  call: Call,
  event: CallbackEvent,
  hook: Hook,
  params: Record<string, string>,
): Promise<void> {
  const { drop, delayMs, duplicate } = call.script.callbacks;
  if (drop.includes(event)) return;
  if (delayMs > 0) await pause(delayMs, world.stopped);
  const copies = Array.from({ length: duplicate + 1 }, () => tryPost(world, call, event, hook, params));
  await Promise.all(copies);
}

async function tryPost(
  world: World,
  call: Call,
  event: CallbackEvent,
  hook: Hook,
  params: Record<string, string>,
): Promise<void> {
  const { authToken } = world.account;
  const request = { kind: event, hook, params, authToken, timeoutMs: world.webhookTimeoutMs };
  const idempotencyToken = newIdempotencyToken();
  for (let attempt = 0; attempt <= call.script.callbacks.retries; attempt += 1) {
    if (world.stopped.aborted) return;
    const answer = await sendWebhook(call, { ...request, idempotencyToken, signal: world.stopped });
    if (answer && answer.status >= 200 && answer.status < 300) return;
  }
  // https://www.twilio.com/docs/api/errors/11200
  call.fail(11200, `HTTP retrieval failure: the ${event} callback`);
}

async function releaseHeld(world: World, call: Call, hook: Hook): Promise<void> {
  const held = call.held.splice(0);
  const wanted = call.script.callbacks.order === "reverse" ? held.reverse() : shuffled(held);
  for (const { event, params } of wanted) await postCallback(world, call, event, hook, params);
}

function statusParams(call: Call): Record<string, string> {
  const params: Record<string, string> = {
    ...callParams(call),
    CallbackSource: "call-progress-events",
    SequenceNumber: String(call.sequence),
    Timestamp: rfc2822(Date.now()),
  };
  call.sequence += 1;
  if (call.endedAt === undefined) return params;
  const seconds = call.durationSeconds;
  params.CallDuration = String(seconds);
  // Billed minutes, next to the seconds above.
  params.Duration = String(Math.ceil(seconds / 60));
  if (call.answeredBy) params.AnsweredBy = call.answeredBy;
  return params;
}

function shuffled<T>(items: T[]): T[] {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(Math.floor(Math.random() * rest.length), 1));
  return result;
}
