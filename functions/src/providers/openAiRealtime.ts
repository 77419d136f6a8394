import { setTimeout as delay } from "node:timers/promises";
import WebSocket from "ws";
import { AppError } from "../core/errors";
import type { KeyPool } from "./keyPool";

/** Why a handshake failed; `retryable` once more with the same key, after a pause. */
export type HandshakeFailure = {
  reason: "unauthorized" | "rate_limited" | "server_error" | "timeout" | "network" | "refused";
  retryable: boolean;
};

export interface DialOptions {
  /** `wss://api.openai.com/v1/realtime`, or any server that speaks its protocol. */
  url: string;
  model: string;
  handshakeTimeoutMs: number;
  signal: AbortSignal;
  onFailure?(failure: HandshakeFailure): void;
}

/** An open socket to the model, whose pings the caller answers, and the key it was opened with. */
export interface DialedSocket {
  socket: WebSocket;
  key: string;
}

// A retrieved item carries its audio, which can be minutes long.
const MAX_EVENT_BYTES = 16 * 1_024 * 1_024;
const ROUNDS = 2;
const BACKOFF_MS = { least: 150, most: 450 };

/**
 * Opens a realtime socket with the first key that works: each key at once after the one before it failed, then, after
 * a pause with jitter, once more those whose failure may pass. A key that failed is rested.
 * @throws AppError not_configured without a key, provider_unavailable where none works
 */
export async function dialRealtime(pool: KeyPool, options: DialOptions): Promise<DialedSocket> {
  if (pool.size === 0)
    throw new AppError("not_configured", "OPENAI_API_KEY is not configured on the server.");
  if (options.signal.aborted) throw unavailable();
  let candidates = pool.order(Date.now());
  for (let round = 1; round <= ROUNDS && candidates.length > 0; round += 1) {
    if (round > 1) await pause(options.signal);
    const retryable: string[] = [];
    for (const key of candidates) {
      const outcome = await handshake(key, options);
      if (outcome instanceof WebSocket) {
        pool.succeeded(key);
        return { socket: outcome, key };
      }
      if (options.signal.aborted) throw unavailable();
      pool.failed(key, Date.now());
      options.onFailure?.(outcome);
      if (outcome.retryable) retryable.push(key);
    }
    candidates = retryable;
  }
  throw unavailable();
}

function unavailable(): AppError {
  return new AppError(
    "provider_unavailable",
    "The voice model cannot be reached right now: try again in a moment.",
  );
}

async function pause(signal: AbortSignal): Promise<void> {
  const ms = BACKOFF_MS.least + Math.random() * (BACKOFF_MS.most - BACKOFF_MS.least);
  await delay(ms, undefined, { signal }).catch(() => {
    throw unavailable();
  });
}

/** One handshake; resolves with the open socket, reading nothing yet, or with why it failed. */
function handshake(key: string, options: DialOptions): Promise<WebSocket | HandshakeFailure> {
  const url = new URL(options.url);
  url.searchParams.set("model", options.model);
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      headers: { Authorization: `Bearer ${key}` },
      handshakeTimeout: options.handshakeTimeoutMs,
      maxPayload: MAX_EVENT_BYTES,
      perMessageDeflate: false,
      autoPong: false,
    });
    const abort = () => socket.terminate();
    options.signal.addEventListener("abort", abort, { once: true });
    const settle = (outcome: WebSocket | HandshakeFailure) => {
      options.signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // Terminating a socket that is still connecting reports an error, which nobody waits for any more.
      socket.on("error", () => {});
      if (outcome !== socket) socket.terminate();
      else socket.pause();
      resolve(outcome);
    };
    socket.once("open", () => settle(socket));
    socket.once("unexpected-response", (_request, response) => settle(classify(response.statusCode ?? 0)));
    socket.once("error", (error) =>
      settle({ reason: error.message.includes("timed out") ? "timeout" : "network", retryable: false }),
    );
    socket.once("close", () => settle({ reason: "network", retryable: false }));
  });
}

function classify(status: number): HandshakeFailure {
  if (status === 401 || status === 403) return { reason: "unauthorized", retryable: false };
  if (status === 429) return { reason: "rate_limited", retryable: false };
  if (status >= 500) return { reason: "server_error", retryable: true };
  return { reason: "refused", retryable: false };
}
