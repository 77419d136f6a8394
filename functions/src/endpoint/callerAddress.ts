import type { Request } from "firebase-functions/https";

/**
 * The network address of a caller. Hosting tells it in a header of its own; before a function called at its own URL,
 * Google's front end adds the address that it saw at the end of `X-Forwarded-For`, where nobody else can write.
 * Whoever calls a function directly can feign Hosting's header: a limit by address is never the only one.
 */
export function callerAddress({ headers, socket }: Pick<Request, "headers" | "socket">): string | undefined {
  const byHosting = headers["fastly-client-ip"];
  const byFrontEnd = String(headers["x-forwarded-for"] ?? "")
    .split(",")
    .at(-1);
  return String(byHosting ?? "").trim() || byFrontEnd?.trim() || socket.remoteAddress;
}
