import {
  type CallableFunction,
  type CallableRequest,
  type CallableResponse,
  HttpsError,
  onCall,
} from "firebase-functions/https";
import type { ZodType } from "zod";
import { type Ctx, createCtx } from "../core/ctx";
import { AppError, type ErrorCode, toAppError } from "../core/errors";
import { newId } from "../core/ids";
import { authenticate, bearerToken } from "../core/idToken";
import { JsonText } from "../core/jsonText";
import { logFailure } from "../core/logFailure";
import { projectIdOf, traceOf } from "../core/trace";
import {
  type Operation,
  type OperationDeclaration,
  parseInput,
  runOperation,
  type StreamingOperation,
} from "./operation";
import { REGION } from "./region";
import { bindSecrets } from "./secrets";

/** https://firebase.google.com/docs/reference/node/firebase-functions/https#httpsfunctionserrorcode */
const CODES: Readonly<Record<ErrorCode, HttpsError["code"]>> = {
  invalid_argument: "invalid-argument",
  unauthenticated: "unauthenticated",
  permission_denied: "permission-denied",
  not_found: "not-found",
  method_not_allowed: "unimplemented",
  conflict: "failed-precondition",
  session_expired: "failed-precondition",
  payload_too_large: "invalid-argument",
  rate_limited: "resource-exhausted",
  busy: "unavailable",
  not_configured: "failed-precondition",
  provider_failed: "unavailable",
  provider_unavailable: "unavailable",
  internal: "internal",
};

const MAX_BODY_BYTES = 1_048_576;

export type DeclaredCallable = CallableFunction<unknown, unknown> & { operation: OperationDeclaration };

type StreamTo = CallableResponse<unknown> | undefined;
type Run = (ctx: Ctx, sent: unknown, response: StreamTo) => Promise<unknown>;

/**
 * An operation as a callable function, for the Firebase SDKs. Errors are `HttpsError`s; their `details` carry the
 * request id, and where they apply `field` and `retryAfterSeconds`.
 */
export function callable<Input, Output>(bound: Operation<Input, Output>): DeclaredCallable {
  return declare(bound, (ctx, sent) => runOperation(bound, ctx, sent));
}

/** What a callable returns that has streamed: all its chunks, gathered as they come. */
export interface Gathering<Chunk, Output> {
  output: ZodType<Output>;
  /** @param whole what the chunks before have come to; undefined at the start */
  gather(whole: Output | undefined, chunks: readonly Chunk[]): Output;
}

/** A streaming operation as a callable: its chunks to clients that call `.stream()`, the whole to every client. */
export function streamingCallable<Input, Chunk, Output>(
  bound: StreamingOperation<Input, Chunk>,
  { output, gather }: Gathering<Chunk, Output>,
): DeclaredCallable {
  return declare(bound, async (ctx, sent, response) => {
    const signal = response?.signal ?? new AbortController().signal;
    let whole = gather(undefined, []);
    for await (const chunks of bound.run(ctx, parseInput(bound.input, sent), signal)) {
      whole = gather(whole, chunks);
      for (const chunk of chunks) await response?.sendChunk(chunk instanceof JsonText ? chunk.value : chunk);
    }
    return output.parse(whole);
  });
}

function declare(bound: OperationDeclaration, run: Run): DeclaredCallable {
  const options = {
    region: REGION,
    secrets: bindSecrets(bound.secrets),
    timeoutSeconds: bound.timeoutSeconds ?? 60,
    cors: allowedOrigins(),
  };
  const handler = async (request: CallableRequest<unknown>, response?: CallableResponse<unknown>) => {
    const requestId = newId();
    request.rawRequest.res?.set("X-Request-Id", requestId);
    let ctx: Ctx | undefined;
    try {
      const trace = traceOf(request.rawRequest.headers, projectIdOf(process.env));
      ctx = createCtx({ requestId, trace });
      const caller = await admit(bound, ctx, request);
      return await run(createCtx({ requestId, caller, trace }), request.data ?? {}, response);
    } catch (thrown) {
      if (!response?.signal.aborted) logFailure(ctx?.log, thrown, { requestId });
      throw toHttpsError(thrown, requestId);
    }
  };
  return Object.assign(onCall(options, handler), { operation: bound });
}

/** The origins of browsers that may call, as for HTTPS. Read when the function is declared, before settings are parsed. */
function allowedOrigins(): string[] | boolean {
  const origins = (process.env.ALLOWED_ORIGINS ?? "").split(",").map((origin) => origin.trim());
  return origins.includes("*") || origins.filter((origin) => origin !== "");
}

/** Who calls, where App Check, the size of what was sent and the token are in order. */
async function admit(bound: OperationDeclaration, ctx: Ctx, request: CallableRequest<unknown>) {
  if (ctx.config.ENFORCE_APP_CHECK && !request.app) {
    throw new AppError("unauthenticated", "This app could not be attested: send a valid App Check token.");
  }
  if ((request.rawRequest.rawBody?.length ?? 0) > MAX_BODY_BYTES) {
    throw new AppError("payload_too_large", "The data may not exceed 1 MiB.");
  }
  return identify(bound, request);
}

async function identify({ auth }: OperationDeclaration, request: CallableRequest<unknown>) {
  if (auth === "none" || auth === "signature") return undefined;
  // The SDK has verified the token already, but not asked whether it was revoked.
  if (auth === "fresh") return authenticate(bearerToken(request.rawRequest.header("Authorization")), true);
  if (!request.auth) throw new AppError("unauthenticated", "Sign in first.");
  return { uid: request.auth.uid, claims: request.auth.token };
}

function toHttpsError(thrown: unknown, requestId: string): HttpsError {
  const error = toAppError(thrown);
  const { field, retryAfterSeconds } = error.details;
  return new HttpsError(CODES[error.code], error.safeMessage, { requestId, field, retryAfterSeconds });
}
