import WebSocket from "ws";
import { type Attempt, failureOfStatus, type KeyFailure, withWorkingKey } from "./failover";
import type { KeyPool } from "./keyPool";

export interface DialOptions {
  /** `wss://api.openai.com/v1/realtime`, or any server that speaks its protocol. */
  url: string;
  model: string;
  handshakeTimeoutMs: number;
  signal: AbortSignal;
  onFailure?(failure: KeyFailure): void;
}

/** An open socket to the model, whose pings the caller answers, and the key it was opened with. */
export interface DialedSocket {
  socket: WebSocket;
  key: string;
}

// A retrieved item carries its audio, which can be minutes long.
const MAX_EVENT_BYTES = 16 * 1_024 * 1_024;

/**
 * Opens a realtime socket with the first key that works.
 * @throws AppError not_configured without a key, provider_unavailable where none works
 */
export async function dialRealtime(pool: KeyPool, options: DialOptions): Promise<DialedSocket> {
  const unavailable = "The voice model cannot be reached right now: try again in a moment.";
  const { value: socket, key } = await withWorkingKey(pool, (one) => handshake(one, options), {
    signal: options.signal,
    unavailable,
    onFailure: options.onFailure,
  });
  return { socket, key };
}

/** One handshake; resolves with the open socket, reading nothing yet, or with why it failed. */
function handshake(key: string, options: DialOptions): Promise<Attempt<WebSocket>> {
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
    const settle = (outcome: Attempt<WebSocket>) => {
      options.signal.removeEventListener("abort", abort);
      socket.removeAllListeners();
      // Terminating a socket that is still connecting reports an error, which nobody waits for any more.
      socket.on("error", () => {});
      if ("failure" in outcome) socket.terminate();
      else socket.pause();
      resolve(outcome);
    };
    const fail = (failure: KeyFailure) => settle({ failure });
    socket.once("open", () => settle({ value: socket }));
    socket.once("unexpected-response", (_request, response) =>
      fail(failureOfStatus(response.statusCode ?? 0)),
    );
    socket.once("error", (error) =>
      fail({ reason: error.message.includes("timed out") ? "timeout" : "network", retryable: false }),
    );
    socket.once("close", () => fail({ reason: "network", retryable: false }));
  });
}
