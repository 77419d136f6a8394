import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

const BODY_MAX_BYTES = 1024 * 1024;

/** A request body that is no JSON, or too long. */
export class UnreadableBody extends Error {}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** Reads a JSON body of at most 1 MiB; an empty one is `{}`. Throws {@link UnreadableBody}. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new UnreadableBody("The request body is larger than 1 MiB.");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new UnreadableBody("We could not parse the JSON body of your request.");
  }
}
