import type { Call } from "../call/call.js";
import { callParams } from "../call/callParams.js";
import type { Hook, TwimlSource } from "../call/callRequest.js";
import { sendWebhook } from "../call/webhook.js";
import { newIdempotencyToken, type WebhookAnswer } from "../delivery.js";
import type { World } from "../world.js";
import { TwimlError } from "./parseTwiml.js";

/**
 * Gets a document, asking once more when there is no answer or a 5xx. Undefined when the call no longer wants it.
 * @throws TwimlError
 */
export async function fetchTwiml(
  world: World,
  call: Call,
  source: TwimlSource,
  signal: AbortSignal,
): Promise<string | undefined> {
  if ("twiml" in source) {
    call.documents.push({ url: null, status: null, body: source.twiml, at: Date.now() });
    return source.twiml;
  }
  const answer = await ask(world, call, source, signal);
  if (signal.aborted) return undefined;
  if (answer) {
    call.documents.push({ url: source.url, status: answer.status, body: answer.body, at: Date.now() });
  }
  return bodyOf(answer, source.url);
}

async function ask(
  world: World,
  call: Call,
  hook: Hook & { params?: Record<string, string> },
  signal: AbortSignal,
): Promise<WebhookAnswer | undefined> {
  const params = { ...callParams(call), ...machineParams(call), ...hook.params };
  const { account, webhookTimeoutMs: timeoutMs } = world;
  const idempotencyToken = newIdempotencyToken();
  const request = { kind: "twiml", hook, params, authToken: account.authToken, timeoutMs, idempotencyToken };
  const first = await sendWebhook(call, { ...request, signal });
  if (signal.aborted || (first && first.status < 500)) return first;
  return sendWebhook(call, { ...request, signal });
}

// https://www.twilio.com/docs/api/errors/11200, https://www.twilio.com/docs/api/errors/12300
function bodyOf(answer: WebhookAnswer | undefined, url: string): string {
  if (!answer) throw new TwimlError(11200, `HTTP retrieval failure: no answer from ${url}`);
  if (answer.status < 200 || answer.status > 299) {
    throw new TwimlError(11200, `HTTP retrieval failure: ${answer.status} from ${url}`);
  }
  if (!/^(text|application)\/(xml|html)\b/i.test(answer.contentType)) {
    throw new TwimlError(12300, `Invalid Content-Type: "${answer.contentType}" from ${url}`);
  }
  return answer.body;
}

function machineParams(call: Call): Record<string, string> {
  const detection = call.request.machineDetection;
  if (!detection || detection.isAsync || !call.answeredBy) return {};
  const duration = String(Math.round(call.script.amdMs));
  return { AnsweredBy: call.answeredBy, MachineDetectionDuration: duration };
}
