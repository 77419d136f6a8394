import type { IncomingMessage, ServerResponse } from "node:http";
import { isAllowedOrigin } from "../core/origins";

const MAX_AGE_SECONDS = 3_600;
const EXPOSED =
  "X-Request-Id, X-Next-Cursor, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Window";
const ACCEPTED = "Authorization, Content-Type, X-Firebase-AppCheck, Idempotency-Key";

/**
 * Answers as CORS asks where the Origin is on the allow-list (`*` allows all); to others nothing is granted. Apps
 * without a browser send no Origin and are not concerned.
 * @returns true where the request was a preflight and has been answered
 */
export function handleCors(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: { origins: readonly string[]; methods: readonly string[] },
): boolean {
  const { origin } = request.headers;
  response.setHeader("Vary", "Origin");
  if (origin !== undefined && isAllowedOrigin(origin, allowed.origins)) {
    response.setHeader("Access-Control-Allow-Origin", origin);
    response.setHeader("Access-Control-Allow-Credentials", "true");
    response.setHeader("Access-Control-Expose-Headers", EXPOSED);
  }
  if (request.method !== "OPTIONS" || !request.headers["access-control-request-method"]) return false;
  response.setHeader("Access-Control-Allow-Methods", allowed.methods.join(", "));
  response.setHeader("Access-Control-Allow-Headers", ACCEPTED);
  response.setHeader("Access-Control-Max-Age", String(MAX_AGE_SECONDS));
  response.writeHead(204).end();
  return true;
}
