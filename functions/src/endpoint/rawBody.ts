import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** The names of the functions that serve HTTPS. */
export const HTTPS_NAME = /Http$|^health$/;

/**
 * Keeps the framework's body parsers away from our HTTPS endpoints. They run before any code of ours and answer a
 * malformed body with an HTML page, outside production with a stack. Relabelled on arrival, every body reaches
 * `https.ts` as the bytes that were sent, to be parsed, bounded and refused there.
 *
 * A process serves one function, named by FUNCTION_TARGET; callables keep the parsers that their protocol expects.
 * https://nodejs.org/docs/latest-v24.x/api/diagnostics_channel.html#http
 */
export function keepRawBodies(functionName: string | undefined): void {
  if (!functionName || !HTTPS_NAME.test(functionName)) return;
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    request.headers["content-type"] = "application/octet-stream";
    delete request.headers["content-encoding"];
  });
}
