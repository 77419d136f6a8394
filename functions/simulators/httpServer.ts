import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { sendJson } from "./json.js";
import type { ProviderSimulator } from "./provider.js";

/** A running simulator server. */
export interface RunningServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  port: number;
  stop(): Promise<void>;
}

const HOST = "127.0.0.1";

/** Serves the simulators on one loopback port (0 picks a free one). Rejects when the port is taken. */
export async function serveSimulators(port: number, providers: ProviderSimulator[]): Promise<RunningServer> {
  const server = createServer((request, response) => {
    answer(providers, request, response).catch((error: unknown) => {
      console.error("Simulator: unforeseen error", error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: { message: "The simulator failed.", type: "server_error" } });
    });
  });
  setTimeouts(server);
  const sockets = trackSockets(server);
  server.on("upgrade", (request, socket, head) => upgrade(providers, request, socket, head));
  await listen(server, port);
  const { port: actualPort } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${actualPort}`,
    port: actualPort,
    stop: async () => {
      for (const provider of providers) provider.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // An upgraded socket is no longer the server's, so closing the server would leave it.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function answer(
  providers: ProviderSimulator[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = urlOf(request);
  if (url.pathname === "/healthz") return sendJson(response, 200, { status: "ok" });
  if (url.pathname === "/") return sendJson(response, 200, describe(providers));
  const provider = providerOf(providers, url);
  if (provider) return provider.handleRequest(request, response, url);
  sendJson(response, 404, { error: { message: `Nothing is simulated at ${url.pathname}.` } });
}

function describe(providers: ProviderSimulator[]) {
  return {
    about:
      "Simulators of the providers this project uses, for local development and tests. None of it is real.",
    simulators: Object.fromEntries(providers.map(({ name, note }) => [name, note])),
  };
}

function upgrade(
  providers: ProviderSimulator[],
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on("error", () => socket.destroy());
  const url = urlOf(request);
  const provider = providerOf(providers, url);
  if (provider) provider.handleUpgrade(request, socket, head, url);
  else socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

function providerOf(providers: ProviderSimulator[], url: URL): ProviderSimulator | undefined {
  const [, first, second] = url.pathname.split("/");
  return providers.find(({ name }) => name === (first === "control" ? second : first));
}

function urlOf(request: IncomingMessage): URL {
  // A client may send any bytes as its target; those that are no URL are nowhere.
  return URL.parse(request.url ?? "/", `http://${HOST}`) ?? new URL(`http://${HOST}/invalid`);
}

function setTimeouts(server: Server): void {
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return sockets;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
