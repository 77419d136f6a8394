import type { ServerResponse } from "node:http";
import type { LimitState } from "../core/ctx";

/**
 * Shows a client where it stands, by the limit that it is nearest to: `X-RateLimit-Limit` and `X-RateLimit-Remaining` in
 * requests, `X-RateLimit-Window` in seconds. When to come again is in `Retry-After`.
 */
export function rateLimitHeaders(response: ServerResponse): (state: LimitState) => void {
  let nearest = Number.POSITIVE_INFINITY;
  return ({ limit, remaining, windowSeconds }) => {
    if (remaining >= nearest || response.headersSent) return;
    nearest = remaining;
    response.setHeader("X-RateLimit-Limit", limit);
    response.setHeader("X-RateLimit-Remaining", remaining);
    response.setHeader("X-RateLimit-Window", windowSeconds);
  };
}
