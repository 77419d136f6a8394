import { randomUUID } from "node:crypto";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks";
import type { Call } from "./call.js";
import type { Hook } from "./callRequest.js";

/** A request that was sent to the application; `status` and `error` are null until it is answered or fails. */
export interface Delivery {
  /** `twiml`, or the callback's event. */
  kind: string;
  method: "GET" | "POST";
  url: string;
  params: Record<string, string>;
  sentAt: number;
  answeredAt: number | null;
  status: number | null;
  error: string | null;
}

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

export interface WebhookAnswer {
  status: number;
  contentType: string;
  body: string;
}

const USER_AGENT = "TwilioProxy/1.1";

/** A token by which the application can tell a retried delivery. */
export function newIdempotencyToken(): string {
  return randomUUID();
}

/** Sends a signed request to the application and notes it in the call; undefined when there is no answer. */
export async function sendWebhook(call: Call, request: WebhookRequest): Promise<WebhookAnswer | undefined> {
  const { kind, hook, params, authToken, signal, timeoutMs } = request;
  const url = hook.method === "GET" ? withQuery(hook.url, params) : hook.url.replace(/#.*$/, "");
  const signed = hook.method === "GET" ? {} : params;
  const delivery: Delivery = {
    kind,
    method: hook.method,
    url,
    params,
    sentAt: Date.now(),
    answeredAt: null,
    status: null,
    error: null,
  };
  call.deliveries.push(delivery);
  try {
    const response = await fetch(url, {
      method: hook.method,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": USER_AGENT,
        Accept: "*/*",
        "X-Twilio-Signature": getExpectedTwilioSignature(authToken, url, signed),
        "I-Twilio-Idempotency-Token": request.idempotencyToken ?? newIdempotencyToken(),
      },
      ...(hook.method === "POST" && { body: new URLSearchParams(params).toString() }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const body = await response.text();
    delivery.status = response.status;
    return { status: response.status, contentType: response.headers.get("content-type") ?? "", body };
  } catch (error) {
    delivery.error = reasonOf(error);
    return undefined;
  } finally {
    delivery.answeredAt = Date.now();
  }
}

function withQuery(url: string, params: Record<string, string>): string {
  const whole = new URL(url);
  whole.hash = "";
  for (const [name, value] of Object.entries(params)) whole.searchParams.append(name, value);
  return whole.href;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message;
}
