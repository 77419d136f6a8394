import OpenAI, { APIConnectionTimeoutError, APIError } from "openai";
import type { Config } from "../core/config";
import { AppError } from "../core/errors";
import { type Attempt, failureOfStatus, type KeyFailure, withWorkingKey } from "./failover";
import { KeyPool } from "./keyPool";

/** What a request to OpenAI's HTTP API needs to know of the server. */
export interface OpenAiAccess {
  keys: KeyPool;
  /** `https://api.openai.com/v1`, or any server that speaks its API. */
  baseUrl: string;
}

const UNAVAILABLE = "The model cannot be reached right now: try again in a moment.";
const accesses = new WeakMap<Config, OpenAiAccess>();

/** The access that these settings give: one key pool for all requests of a process. */
export function openAiAccess(config: Config): OpenAiAccess {
  const known = accesses.get(config);
  if (known) return known;
  const made = { keys: new KeyPool(config.openAiKeys), baseUrl: config.OPENAI_BASE_URL };
  accesses.set(config, made);
  return made;
}

export interface RequestOptions {
  signal: AbortSignal;
  /** For how long the provider may be silent, before its answer begins too. */
  stallMs: number;
  /** The same for one key alone, so that another can be tried while somebody still waits. */
  keyStallMs?: number;
}

/**
 * Makes a request with the first key that works; what fails after the response has begun is not tried again.
 * @throws AppError not_configured, provider_unavailable where no key works, provider_failed where the request is refused
 */
export async function requestOpenAi<T>(
  { keys, baseUrl }: OpenAiAccess,
  { signal, stallMs, keyStallMs = stallMs }: RequestOptions,
  request: (client: OpenAI, options: { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + stallMs;
  const attempt = async (apiKey: string): Promise<Attempt<T>> => {
    // Of all keys together the client waits no longer than of one.
    const leftMs = deadline - Date.now();
    if (leftMs <= 0) throw providerStalled();
    // Its own log would hold what the provider said; its own retries would not change the key.
    const client = new OpenAI({
      apiKey,
      baseURL: baseUrl,
      maxRetries: 0,
      timeout: Math.min(leftMs, keyStallMs),
      logLevel: "off",
    });
    try {
      return { value: await request(client, { signal }) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const failure = failureOf(error);
      if (failure.reason === "refused" || failure.reason === "not_found") throw providerFailed(error);
      return { failure };
    }
  };
  return (await withWorkingKey(keys, attempt, { signal, unavailable: UNAVAILABLE })).value;
}

/** What the client is told of a provider's failure: nothing of what the provider said. An `AppError` stays as it is. */
export function providerFailed(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return new AppError("provider_failed", "The model's provider failed: try again in a moment.", {
    cause: new Error(describe(cause)),
  });
}

/** What went wrong, for the log: without the provider's words, which may be the user's. */
function describe(error: unknown): string {
  if (error instanceof APIError) {
    return `HTTP ${error.status ?? "?"}, ${error.code ?? "no code"}, request ${error.requestID ?? "unknown"}`;
  }
  if (!(error instanceof Error)) return "unknown";
  // Parsers quote what they could not parse.
  const isQuoting = error instanceof SyntaxError || error.name === "ZodError";
  return isQuoting ? `${error.name}: unreadable` : `${error.name}: ${error.message}`;
}

/** What the client is told of a provider that has stopped talking. */
export function providerStalled(): AppError {
  return new AppError("provider_unavailable", "The model does not answer any more: try again in a moment.");
}

function failureOf(error: unknown): KeyFailure {
  if (error instanceof APIConnectionTimeoutError) return { reason: "timeout", retryable: false };
  if (!(error instanceof APIError) || error.status === undefined)
    return { reason: "network", retryable: true };
  return { ...failureOfStatus(error.status), retryAfterSeconds: retryAfter(error.headers) };
}

function retryAfter(headers: Headers | undefined): number | undefined {
  const seconds = Math.ceil(Number(headers?.get("retry-after") ?? Number.NaN));
  return seconds >= 1 && seconds <= 3_600 ? seconds : undefined;
}
