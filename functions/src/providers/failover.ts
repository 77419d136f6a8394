import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../core/errors";
import type { KeyPool } from "./keyPool";

/** Why a provider did not do what was asked of it, in a word for logs and metrics. */
export type FailureReason =
  | "unauthorized"
  | "rate_limited"
  | "server_error"
  | "timeout"
  | "network"
  | "not_found"
  | "refused";

/** One key's failure; `retryable` once more with the same key, after a pause. */
export interface KeyFailure {
  reason: FailureReason;
  retryable: boolean;
  /** What the provider asks to be waited. */
  retryAfterSeconds?: number;
}

export type Attempt<T> = { value: T } | { failure: KeyFailure };

const ROUNDS = 2;
const BACKOFF_MS = { least: 150, most: 450 };

/** How a failed status of a provider is to be taken. */
export function failureOfStatus(status: number): KeyFailure {
  if (status === 401 || status === 403) return { reason: "unauthorized", retryable: false };
  if (status === 429) return { reason: "rate_limited", retryable: false };
  if (status === 404) return { reason: "not_found", retryable: false };
  if (status >= 500) return { reason: "server_error", retryable: true };
  return { reason: "refused", retryable: false };
}

/**
 * Does something with the first key that works: each key at once after the one before it failed, then, after a pause
 * with jitter, once more those whose failure may pass. A key that failed is rested.
 * @param options.unavailable the message where none works
 * @throws AppError not_configured without a key, provider_unavailable where none works or the signal says stop
 */
export async function withWorkingKey<T>(
  pool: KeyPool,
  attempt: (key: string) => Promise<Attempt<T>>,
  options: { signal: AbortSignal; unavailable: string; onFailure?(failure: KeyFailure): void },
): Promise<{ value: T; key: string }> {
  if (pool.size === 0)
    throw new AppError("not_configured", "OPENAI_API_KEY is not configured on the server.");
  const { signal } = options;
  let retryAfterSeconds: number | undefined;
  const unavailable = () =>
    new AppError("provider_unavailable", options.unavailable, { details: { retryAfterSeconds } });
  if (signal.aborted) throw unavailable();
  let candidates = pool.order(Date.now());
  for (let round = 1; round <= ROUNDS && candidates.length > 0; round += 1) {
    if (round > 1 && !(await pause(signal))) throw unavailable();
    const retryable: string[] = [];
    for (const key of candidates) {
      const outcome = await attempt(key);
      if ("value" in outcome) {
        pool.succeeded(key);
        return { value: outcome.value, key };
      }
      if (signal.aborted) throw unavailable();
      // A key is not at fault where what was asked for does not exist.
      if (outcome.failure.reason !== "not_found") {
        pool.failed(key, Date.now(), outcome.failure.reason === "unauthorized" ? "refused" : "passing");
      }
      options.onFailure?.(outcome.failure);
      retryAfterSeconds = outcome.failure.retryAfterSeconds;
      if (outcome.failure.retryable) retryable.push(key);
    }
    candidates = retryable;
  }
  throw unavailable();
}

/** @returns whether it was slept through */
async function pause(signal: AbortSignal): Promise<boolean> {
  const ms = BACKOFF_MS.least + Math.random() * (BACKOFF_MS.most - BACKOFF_MS.least);
  return delay(ms, true, { signal }).catch(() => false);
}
