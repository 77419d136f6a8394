import { randomUUID } from "node:crypto";

/** A request that was sent to the application; `status` and `error` are null until it is answered or fails. */
export interface Delivery<Params = Record<string, string>> {
  /** `twiml`, the callback's event, or `transcript`. */
  kind: string;
  method: "GET" | "POST";
  url: string;
  params: Params;
  sentAt: number;
  answeredAt: number | null;
  status: number | null;
  error: string | null;
}

/** A request to send, signed. */
export interface Outgoing<Params> {
  kind: string;
  method: "GET" | "POST";
  url: string;
  /** What it tells, in whatever form. */
  params: Params;
  contentType: string;
  body?: string;
  signature: string;
  /** The same for each attempt at one delivery. */
  idempotencyToken: string;
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

/** Sends a request to the application and notes it; undefined when there is no answer. */
export async function deliver<Params>(
  noted: Delivery<Params>[],
  { kind, method, url, params, contentType, body, signature, idempotencyToken }: Outgoing<Params>,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<WebhookAnswer | undefined> {
  const delivery: Delivery<Params> = {
    kind,
    method,
    url,
    params,
    sentAt: Date.now(),
    answeredAt: null,
    status: null,
    error: null,
  };
  noted.push(delivery);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        "Content-Type": contentType,
        "User-Agent": USER_AGENT,
        Accept: "*/*",
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": idempotencyToken,
      },
      ...(body !== undefined && { body }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const answer = await response.text();
    delivery.status = response.status;
    return { status: response.status, contentType: response.headers.get("content-type") ?? "", body: answer };
  } catch (error) {
    delivery.error = reasonOf(error);
    return undefined;
  } finally {
    delivery.answeredAt = Date.now();
  }
}

/** An address without its fragment, and with these parameters in its query. */
export function withQuery(url: string, params: Record<string, string>): string {
  const whole = new URL(url);
  whole.hash = "";
  for (const [name, value] of Object.entries(params)) whole.searchParams.append(name, value);
  return whole.href;
}

/** An address as it is asked: a fragment is the browser's alone. */
export function withoutFragment(url: string): string {
  return url.replace(/#.*$/, "");
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message || cause.name}` : message;
}
