import WebSocket from "ws";
import { AppError } from "../core/errors";
import {
  type Attempt,
  type FailureReason,
  failureOfStatus,
  type KeyFailure,
  withWorkingKey,
} from "./failover";
import type { KeyPool } from "./keyPool";

export interface DialOptions {
  /** `wss://api.openai.com/v1/realtime`, or any server that speaks its protocol. */
  url: string;
  /** What the socket is to: a session of its own with this model, or a WebRTC call that is going on. */
  target: { model: string } | { callId: string };
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
 * Opens a realtime socket with the first key that works. A call is known to the keys of one project.
 * @throws AppError not_configured without a key, provider_unavailable where none works, not_found where none knows the call
 */
export async function dialRealtime(pool: KeyPool, options: DialOptions): Promise<DialedSocket> {
  const reasons = new Set<FailureReason>();
  const dialing = withWorkingKey(pool, (key) => handshake(key, options), {
    signal: options.signal,
    unavailable: "The voice model cannot be reached right now: try again in a moment.",
    onFailure: (failure) => {
      reasons.add(failure.reason);
      options.onFailure?.(failure);
    },
  });
  const { value: socket, key } = await dialing.catch((error: unknown) => {
    const isUnknown = "callId" in options.target && reasons.size === 1 && reasons.has("not_found");
    throw isUnknown ? new AppError("not_found", "This call is over.", { cause: error }) : error;
  });
  return { socket, key };
}

/** One handshake; resolves with the open socket, reading nothing yet, or with why it failed. */
function handshake(key: string, options: DialOptions): Promise<Attempt<WebSocket>> {
  const url = new URL(options.url);
  if ("model" in options.target) url.searchParams.set("model", options.target.model);
  else url.searchParams.set("call_id", options.target.callId);
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
