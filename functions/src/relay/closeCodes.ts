import type { AppError, ErrorCode } from "../core/errors";

/** WebSocket close codes that the relay uses; 4xxx are its own, after the HTTP status they resemble. */
export const CLOSE = {
  ended: 1000,
  notUnderstood: 1008,
  messageTooLarge: 1009,
  upstreamFailed: 1011,
  restarting: 1012,
  overloaded: 1013,
  unauthenticated: 4401,
  forbidden: 4403,
  expired: 4408,
  conflict: 4409,
  tooMany: 4429,
} as const;
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

const CODES: Readonly<Record<ErrorCode, CloseCode>> = {
  invalid_argument: CLOSE.forbidden,
  unauthenticated: CLOSE.unauthenticated,
  permission_denied: CLOSE.forbidden,
  not_found: CLOSE.forbidden,
  method_not_allowed: CLOSE.forbidden,
  conflict: CLOSE.conflict,
  session_expired: CLOSE.expired,
  payload_too_large: CLOSE.messageTooLarge,
  rate_limited: CLOSE.tooMany,
  busy: CLOSE.overloaded,
  not_configured: CLOSE.upstreamFailed,
  provider_failed: CLOSE.upstreamFailed,
  provider_unavailable: CLOSE.upstreamFailed,
  internal: CLOSE.upstreamFailed,
};

export function closeCodeOf(error: AppError): CloseCode {
  return CODES[error.code];
}
