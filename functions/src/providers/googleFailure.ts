import { AppError } from "../core/errors";

/** The user, or Google, has withdrawn what was granted: no token will do any more. */
export class GrantRevoked extends Error {
  override readonly name = "GrantRevoked";
}

/** Google takes an access token for invalid before its time: a new one may do. */
export class TokenRejected extends Error {
  override readonly name = "TokenRejected";
}

interface Failure {
  status: number;
  /** OAuth's `error`, or the reason of the first error of an API. */
  reason: string;
}

/** What Google answered, where it was no success; undefined where it did not answer. */
export function googleFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !("response" in error)) return undefined;
  const response = error.response as { status?: unknown; data?: unknown } | undefined;
  if (typeof response?.status !== "number") return undefined;
  return { status: response.status, reason: reasonOf(response.data) };
}

function reasonOf(data: unknown): string {
  const { error } = (data ?? {}) as { error?: string | { errors?: { reason?: string }[]; status?: string } };
  const reason = typeof error === "string" ? error : (error?.errors?.[0]?.reason ?? error?.status);
  return String(reason ?? "none").slice(0, 60);
}

/**
 * What becomes of a failure, without Google's words: they may quote tokens and events.
 * @returns GrantRevoked, TokenRejected, or an AppError provider_unavailable or provider_failed
 */
export function describeFailure(error: unknown): Error {
  if (error instanceof AppError) return error;
  const failure = googleFailure(error);
  if (!failure) return unavailable(new Error(`Google did not answer: ${nameOf(error)}`));
  const { status, reason } = failure;
  const cause = new Error(`Google answered ${status} ${reason}`);
  if (/^(invalid|unauthorized)_client$/.test(reason)) {
    return new AppError("not_configured", "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET do not fit together.", {
      cause,
    });
  }
  if (reason === "invalid_grant") return new GrantRevoked(cause.message);
  if (status === 401) return new TokenRejected(cause.message);
  const isForNow = status >= 500 || status === 429 || /rateLimitExceeded|quotaExceeded/i.test(reason);
  if (isForNow) return unavailable(cause);
  if (/insufficientPermissions|SCOPE_INSUFFICIENT/i.test(reason)) return new GrantRevoked(cause.message);
  return new AppError("provider_failed", "Google Calendar refused the request.", { cause });
}

/** Google did not do what was asked, and may do it later. */
export function unavailable(cause: Error): AppError {
  return new AppError("provider_unavailable", "Google Calendar cannot be reached right now: try again.", {
    details: { retryAfterSeconds: 5 },
    cause,
  });
}

function nameOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code || (error instanceof Error ? error.name : "unknown");
}
