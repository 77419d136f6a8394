import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import WebSocket, { WebSocketServer } from "ws";
import { RELAY_LIMITS } from "../../src/relay/limits";

const MAX_EVENT_BYTES = 16 * 1_024 * 1_024;

/**
 * The least that a relay can be: each socket of a client joined with one to the model. Both ends have the options of
 * `src/relay/server.ts` and `src/providers/openAiRealtime.ts`; nothing is checked, counted or bounded.
 * @param pass what becomes of a frame on its way, in either direction
 * @returns `ws://127.0.0.1:port`
 */
export function servePairs(upstreamUrl: string, pass: (frame: Buffer) => Buffer | string): Promise<string> {
  return serveClients((client) => {
    const upstream = dialFor(client, upstreamUrl);
    client.on("message", (frame: Buffer, binary) => upstream.send(pass(frame), { binary }));
    upstream.on("message", (frame: Buffer, binary) => client.send(pass(frame), { binary }));
  });
}

/** Accepts every client. @returns `ws://127.0.0.1:port` */
export async function serveClients(
  onClient: (client: WebSocket, request: IncomingMessage) => void,
): Promise<string> {
  const http = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: 5_000,
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: RELAY_LIMITS.maxMessageBytes,
    maxFragments: 64,
    maxBufferedChunks: 256,
    perMessageDeflate: false,
  });
  http.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, onClient));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** A socket to the model that lives as long as the client's; the client is read once it is open. */
export function dialFor(client: WebSocket, upstreamUrl: string): WebSocket {
  client.pause();
  const upstream = new WebSocket(upstreamUrl, { maxPayload: MAX_EVENT_BYTES, perMessageDeflate: false });
  upstream.once("open", () => client.resume());
  client.on("close", () => upstream.close());
  upstream.on("close", () => client.close());
  for (const socket of [client, upstream]) socket.on("error", () => socket.terminate());
  return upstream;
}
