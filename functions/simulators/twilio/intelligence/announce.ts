import { newIdempotencyToken } from "../delivery.js";
import { pause } from "../pause.js";
import type { World } from "../world.js";
import type { Transcript } from "./transcript.js";
import { sendTranscriptWebhook, webhookUrl } from "./webhook.js";

/** Tells the application of a transcript, if its script has that now: late, more than once, or not at all. */
export function announce(world: World, transcript: Transcript, now: "created" | "inProgress" | "done"): void {
  const { sendAt, drop, whenFailed, duplicate } = transcript.input.script.webhook;
  if (now !== sendAt || drop || (transcript.status === "failed" && !whenFailed)) return;
  if (webhookUrl(world, transcript) === undefined) return;
  for (let copy = 0; copy <= duplicate; copy += 1) void announceLate(world, transcript);
}

async function announceLate(world: World, transcript: Transcript): Promise<void> {
  const { delayMs } = transcript.input.script.webhook;
  if (delayMs > 0) await pause(delayMs, world.stopped);
  if (!world.stopped.aborted) await sendUntilTaken(world, transcript);
}

/**
 * Sends the webhook, again where the application fails to take it.
 * https://www.twilio.com/docs/api/errors/95200 and https://www.twilio.com/docs/api/errors/95201
 * @throws Error where there is no address to tell
 */
export async function sendUntilTaken(
  world: World,
  transcript: Transcript,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const { retries, retryMs } = transcript.input.script.webhook;
  const url = webhookUrl(world, transcript);
  if (url === undefined) throw new Error("webhook.url is required where PUBLIC_URL is not set.");
  const idempotencyToken = newIdempotencyToken();
  for (let attempt = 0; ; attempt += 1) {
    const answer = await sendTranscriptWebhook(world, transcript, { url, fields, idempotencyToken });
    const status = answer?.status;
    if (world.stopped.aborted || (status !== undefined && status < 300)) return;
    if (attempt >= retries || !isPassing(status)) {
      if (status === undefined) transcript.fail(95201, "Status callback response timed out");
      else transcript.fail(95200, `Status callback response error: ${status}`);
      return;
    }
    await pause(retryMs, world.stopped);
  }
}

/** Whether another attempt may fare better. */
function isPassing(status: number | undefined): boolean {
  return status === undefined || status >= 500 || [408, 425, 429].includes(status);
}
