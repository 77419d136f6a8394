/**
 * Every way an operation can fail, independent of how it was called. Each transport maps these codes in one
 * exhaustive table (see `endpoint/errorFamilies.ts`, `endpoint/callable.ts` and `relay/closeCodes.ts`).
 */
export type ErrorCode =
  | "invalid_argument"
  | "unauthenticated"
  | "permission_denied"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "session_expired"
  | "payload_too_large"
  | "rate_limited"
  | "busy"
  | "not_configured"
  | "provider_failed"
  | "provider_unavailable"
  | "internal";

/** What a client may be told beside the message. */
export interface ErrorDetails {
  /** The input field at fault, as a path: `messages[0].role`. */
  field?: string;
  /** Seconds until a retry can succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** The methods that would have been allowed; becomes `Allow`. */
  allow?: string[];
}

/**
 * An error that is safe to show. `safeMessage` reaches the client as it is, so it tells the user what to do and
 * never carries provider text, keys or stacks; what went wrong underneath travels in `cause`, for the log alone.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly details: ErrorDetails;

  constructor(
    readonly code: ErrorCode,
    readonly safeMessage: string,
    options: { details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(safeMessage, { cause: options.cause });
    this.details = options.details ?? {};
  }
}

/** The sentence for everything unforeseen: it says nothing of the cause. */
export const INTERNAL_MESSAGE =
  "Something went wrong on our side. Try again; if it persists, quote the request id.";

/** Turns anything thrown into an `AppError`; what is not one already becomes `internal` with a fixed sentence. */
export function toAppError(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : new AppError("internal", INTERNAL_MESSAGE, { cause: thrown });
}
