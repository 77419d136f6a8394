import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks";
import { deliver, newIdempotencyToken, type WebhookAnswer, withoutFragment, withQuery } from "../delivery.js";
import type { Call } from "./call.js";
import type { Hook } from "./callRequest.js";

export interface WebhookRequest {
  kind: string;
  hook: Hook;
  params: Record<string, string>;
  authToken: string;
  timeoutMs: number;
  /** The same for each attempt at one delivery. */
  idempotencyToken?: string;
  signal: AbortSignal;
}

/** Sends a signed form to the application and notes it in the call; undefined when there is no answer. */
export async function sendWebhook(call: Call, request: WebhookRequest): Promise<WebhookAnswer | undefined> {
  const { kind, hook, params, authToken } = request;
  const isPost = hook.method === "POST";
  const url = isPost ? withoutFragment(hook.url) : withQuery(hook.url, params);
  return deliver(
    call.deliveries,
    {
      kind,
      method: hook.method,
      url,
      params,
      contentType: "application/x-www-form-urlencoded; charset=UTF-8",
      ...(isPost && { body: new URLSearchParams(params).toString() }),
      signature: getExpectedTwilioSignature(authToken, url, isPost ? params : {}),
      idempotencyToken: request.idempotencyToken ?? newIdempotencyToken(),
    },
    request,
  );
}
