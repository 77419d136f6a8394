import { type CallableFunction, type CallableRequest, HttpsError, onCall } from "firebase-functions/https";
import { type Ctx, createCtx } from "../core/ctx";
import { AppError, type ErrorCode, toAppError } from "../core/errors";
import { newId } from "../core/ids";
import { authenticate, bearerToken } from "../core/idToken";
import { logFailure } from "../core/logFailure";
import { type Operation, runOperation } from "./operation";
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

export type DeclaredCallable = CallableFunction<unknown, unknown> & { operation: Operation };

/**
 * An operation as a callable function, for the Firebase SDKs. Errors are `HttpsError`s; their `details` carry the
 * request id, and where they apply `field` and `retryAfterSeconds`.
 */
export function callable<Input, Output>(bound: Operation<Input, Output>): DeclaredCallable {
  const options = { region: REGION, secrets: bindSecrets(bound.secrets) };
  const handler = async (request: CallableRequest<unknown>) => {
    const requestId = newId();
    request.rawRequest.res?.set("X-Request-Id", requestId);
    let ctx: Ctx | undefined;
    try {
      ctx = createCtx({ requestId });
      return await serve(bound, ctx, request);
    } catch (thrown) {
      logFailure(ctx?.log, thrown, { requestId });
      throw toHttpsError(thrown, requestId);
    }
  };
  return Object.assign(onCall(options, handler), { operation: bound as unknown as Operation });
}

async function serve<Input, Output>(
  bound: Operation<Input, Output>,
  ctx: Ctx,
  request: CallableRequest<unknown>,
) {
  if (ctx.config.ENFORCE_APP_CHECK && !request.app) {
    throw new AppError("unauthenticated", "This app could not be attested: send a valid App Check token.");
  }
  if ((request.rawRequest.rawBody?.length ?? 0) > MAX_BODY_BYTES) {
    throw new AppError("payload_too_large", "The data may not exceed 1 MiB.");
  }
  const callerCtx = createCtx({ requestId: ctx.requestId, caller: await identify(bound, request) });
  return runOperation(bound, callerCtx, request.data ?? {});
}

async function identify({ auth }: Pick<Operation, "auth">, request: CallableRequest<unknown>) {
  if (auth === "none") return undefined;
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
