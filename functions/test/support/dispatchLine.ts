import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A line to a server that takes its time. */
export interface SlowLine {
  url: string;
  /** Resolves when the next request comes. */
  nextRequest(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Passes requests on to `target`, so many milliseconds on their way there and as many back. What is cut off on its way
 * there never arrives; what has arrived is done, whether anybody still waits for the answer or not.
 */
export async function slowLine(target: string, eachWayMs: number): Promise<SlowLine> {
  const server = createServer((request, response) => {
    pass(target, eachWayMs, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nextRequest: async () => {
      await once(server, "request");
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function pass(
  target: string,
  eachWayMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(request);
  const { authorization = "", "content-type": type = "" } = request.headers;
  await sleep(eachWayMs);
  if (request.socket.destroyed) return;
  const answer = await fetch(target + request.url, {
    method: request.method ?? "GET",
    headers: { Authorization: authorization, ...(body.length > 0 ? { "Content-Type": type } : {}) },
    ...(body.length > 0 ? { body } : {}),
  });
  const text = await answer.text();
  await sleep(eachWayMs);
  response.writeHead(answer.status, { "Content-Type": "application/json" }).end(text);
}

async function read(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
