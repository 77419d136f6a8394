import type { AppError } from "../core/errors";
import type { EndReason } from "../voice/schemas";
import { CLOSE, type CloseCode, closeCodeOf } from "./closeCodes";
import type { ErrorEventFields } from "./errorEvent";

/** How a connection ends: what the client is told, and what becomes of the session. */
export interface Ending {
  code: CloseCode;
  /** What it is counted as, where that is not `code`. */
  counted?: string;
  /** The close frame's reason; at most 123 bytes. */
  reason: string;
  /** Sent before the close where something went wrong. */
  error?: Omit<ErrorEventFields, "eventId">;
  /** `end`: the relay ends the session, for `endReason`. `ended`: somebody else did. `open`: it may be taken up again. */
  session: "open" | "ended" | { endReason: EndReason };
}

const server = (code: string, message: string) => ({ type: "server_error" as const, code, message });
const client = (code: string, message: string) => ({ type: "invalid_request_error" as const, code, message });

export const ENDINGS = {
  clientGone: { code: CLOSE.ended, reason: "", session: "open" },
  ended: { code: CLOSE.ended, reason: "session ended", session: "ended" },
  deleted: { code: CLOSE.ended, reason: "session deleted", session: "ended" },
  displaced: {
    code: CLOSE.conflict,
    reason: "continued on another connection",
    error: client("session_displaced", "This session was taken up by another connection."),
    session: "open",
  },
  expired: {
    code: CLOSE.expired,
    reason: "session expired",
    error: server(
      "session_expired",
      "This session has reached its time limit: connect with a new sessionId.",
    ),
    session: { endReason: "expired" },
  },
  idle: {
    code: CLOSE.expired,
    reason: "session idle",
    error: server("session_idle", "This session was idle for too long and has ended."),
    session: { endReason: "idle" },
  },
  upstreamFailed: {
    code: CLOSE.upstreamFailed,
    reason: "the voice model failed",
    error: server("upstream_failed", "The connection to the voice model was lost: connect again to go on."),
    session: "open",
  },
  /** Of WebRTC calls: the model has told that it is over; it has cost too much; its client keeps to nothing. */
  hungUp: { code: CLOSE.ended, reason: "hung up", session: { endReason: "hangup" } },
  spent: { code: CLOSE.tooMany, reason: "spent", session: { endReason: "spent" } },
  misused: { code: CLOSE.tooMany, reason: "misused", session: { endReason: "misused" } },
  tooFast: {
    code: CLOSE.tooMany,
    reason: "too much data",
    error: client("rate_limit_exceeded", "Audio may be sent at three times its own speed at most."),
    session: "open",
  },
  notReading: { code: CLOSE.overloaded, reason: "client does not read", session: "open" },
  restarting: {
    code: CLOSE.restarting,
    reason: "restarting",
    error: server("restarting", "The server is restarting: connect again to go on."),
    session: "open",
  },
  overloaded: {
    code: CLOSE.overloaded,
    reason: "overloaded",
    error: server("overloaded", "Too many sessions right now: try again in a moment."),
    session: "open",
  },
} as const satisfies Record<string, Ending>;

/** What clients and networks end a connection with; they may say any code, of which the metrics know these. */
const COUNTED_CODES = [1000, 1001, 1005, 1006, 1007, 1009];

/** How a connection ends that the client, or the network, has closed with `code`. */
export function clientGone(code: number): Ending {
  return { ...ENDINGS.clientGone, counted: COUNTED_CODES.includes(code) ? String(code) : "other" };
}

/** How a connection ends that could not be opened. */
export function refusal(error: AppError): Ending {
  const isServers =
    ["internal", "not_configured", "busy"].includes(error.code) || error.code.startsWith("provider");
  return {
    code: closeCodeOf(error),
    reason: error.code,
    error: isServers ? server(error.code, error.safeMessage) : client(error.code, error.safeMessage),
    session: "open",
  };
}
