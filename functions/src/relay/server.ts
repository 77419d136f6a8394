import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import { newId } from "../core/ids";
import { logFailure } from "../core/logFailure";
import { isAllowedOrigin } from "../core/origins";
import { projectIdOf, traceOf } from "../core/trace";
import { detachRelay } from "../voice/relayConnection";
import { watchRelaySessions } from "../voice/watchRelaySessions";
import { attach } from "./attach";
import { readAudioMode } from "./audioMode";
import { selectProtocol } from "./credentials";
import { clientGone, ENDINGS, type Ending, refusal } from "./ending";
import { errorEvent } from "./errorEvent";
import { Peer } from "./peer";
import { Readiness } from "./readiness";
import { RealtimeConnection, type RelayServices } from "./realtimeConnection";

/** As WebSockets call a connection that ended without a close frame. */
const GONE_UNSEEN = 1006;
const REALTIME_PATHS = new Set(["/api/realtime", "/v1/realtime"]);

/** A running relay. */
export interface Relay {
  port: number;
  connections(): number;
  /** No new sockets; clients are told to reconnect, transcripts are stored; resolves when all is done, or in time. */
  drain(): Promise<void>;
}

/** Starts a relay instance on `port` (0 takes a free one). */
export async function startRelay(services: RelayServices, port: number, host = "0.0.0.0"): Promise<Relay> {
  const relay = new RelayServer(services);
  await relay.listen(port, host);
  return relay;
}

class RelayServer implements Relay {
  readonly #id = newId();
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  /** Sockets that are being let in, live or closing. */
  readonly #open = new Set<WebSocket>();
  readonly #live = new Map<string, RealtimeConnection>();
  readonly #readiness: Readiness;
  readonly #closing = new Set<Promise<void>>();
  #draining = false;
  #ticker: NodeJS.Timeout | undefined;
  #stopWatching = () => {};

  constructor(private readonly services: RelayServices) {
    const { ctx, keys, limits } = services;
    // A document that nobody writes: a missing one is an answer too.
    this.#readiness = new Readiness(() => ctx.db.doc("health/probe").get(), keys, limits);
    this.#http = createServer(
      {
        headersTimeout: 5_000,
        requestTimeout: 10_000,
        connectionsCheckingInterval: 1_000,
        keepAliveTimeout: 5_000,
      },
      (request, response) => void this.#serveHttp(request, response),
    );
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: limits.maxMessageBytes,
      maxFragments: 64,
      maxBufferedChunks: 256,
      perMessageDeflate: false,
      autoPong: false,
      handleProtocols: selectProtocol,
    });
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  connections(): number {
    return this.#open.size;
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", reject).listen(port, host, resolve);
    });
    this.#stopWatching = watchRelaySessions(this.services.ctx, this.#id, (change) =>
      this.#live.get(change.sessionId)?.sessionChanged(change),
    );
    this.#ticker = setInterval(() => {
      const now = Date.now();
      for (const connection of this.#live.values()) connection.tick(now);
    }, this.services.limits.tickMs);
  }

  async drain(): Promise<void> {
    this.#draining = true;
    this.#http.close();
    const deadline = new Promise<void>((resolve) =>
      setTimeout(resolve, this.services.limits.drainMs).unref(),
    );
    for (const connection of this.#live.values()) this.#track(connection.end(ENDINGS.restarting));
    await Promise.race([this.#allClosed(), deadline]);
    clearInterval(this.#ticker);
    this.#stopWatching();
    for (const socket of this.#open) socket.terminate();
    this.#http.closeAllConnections();
  }

  async #allClosed(): Promise<void> {
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }

  #track(ending: Promise<void>): void {
    this.#closing.add(ending);
    void ending.finally(() => this.#closing.delete(ending));
  }

  async #serveHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: string, type = "text/plain; charset=utf-8") =>
      response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" }).end(body);
    switch (pathOf(request)) {
      // Cloud Run's own addresses keep some paths that end in z to themselves.
      case "/healthz":
      case "/health":
        return void send(200, "ok\n");
      case "/readyz":
      case "/ready":
        return void send(...(await this.#readyz()));
      case "/metrics":
        return void send(
          200,
          await this.services.metrics.registry.metrics(),
          this.services.metrics.registry.contentType,
        );
      default:
        return void send(404, "There is nothing at this address. Realtime sockets are at /api/realtime.\n");
    }
  }

  async #readyz(): Promise<[number, string]> {
    if (this.#draining) return [503, "draining\n"];
    const missing = await this.#readiness.missing();
    return missing.length === 0 ? [200, "ready\n"] : [503, `${missing.join(" ")}\n`];
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const { origin } = request.headers;
    const path = pathOf(request);
    if (!REALTIME_PATHS.has(path)) {
      refuseUpgrade(socket, "404 Not Found");
      return;
    }
    if (origin !== undefined && !isAllowedOrigin(origin, this.services.ctx.config.ALLOWED_ORIGINS)) {
      refuseUpgrade(socket, "403 Forbidden");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (accepted) =>
      // Also one that is still being let in is waited for when the instance stops.
      this.#track(this.#accept(accepted, request)),
    );
  }

  async #accept(socket: WebSocket, request: IncomingMessage): Promise<void> {
    const { limits, metrics } = this.services;
    const ctx = this.#ctxOf(request);
    socket.pause();
    socket.on("error", (error) => ctx.log.debug("client socket failed", { error }));
    this.#open.add(socket);
    metrics.connections.set(this.#open.size);
    socket.once("close", () => {
      this.#open.delete(socket);
      metrics.connections.set(this.#open.size);
    });
    const client = new Peer(socket, limits, metrics.sent);
    if (this.#draining) return this.#turnAway(client, ENDINGS.restarting);
    if (this.#open.size > limits.maxConnections) return this.#turnAway(client, ENDINGS.overloaded);
    try {
      await this.#connect(ctx, client, request);
    } catch (thrown) {
      logFailure(ctx.log, thrown);
      this.#turnAway(client, refusal(toAppError(thrown)));
    }
  }

  /** The context of one connection: its lines can be found by its id, and by the trace of its request. */
  #ctxOf(request: IncomingMessage): Ctx {
    const { ctx } = this.services;
    const requestId = newId();
    const trace = traceOf(request.headers, projectIdOf(process.env));
    return { ...ctx, requestId, log: ctx.log.with({ requestId, ...trace }) };
  }

  async #connect(unattached: Ctx, client: Peer, request: IncomingMessage): Promise<void> {
    const connectionId = unattached.requestId;
    // Before the ticket is used up.
    const audioMode = readAudioMode(request);
    const attached = await attach(unattached, request, { relayId: this.#id, connectionId });
    const { sessionId } = attached.session;
    const ctx = { ...unattached, log: unattached.log.with({ sessionId }) };
    // A client that hung up meanwhile has told so already, and will not tell again.
    if (this.#draining || !client.isOpen) {
      await detachRelay(ctx, sessionId, connectionId);
      return this.#turnAway(client, this.#draining ? ENDINGS.restarting : clientGone(GONE_UNSEEN));
    }
    const connection = new RealtimeConnection(
      { ...this.services, ctx },
      client,
      attached,
      connectionId,
      audioMode,
    );
    // The watch tells of it too, but this instance need not wait for that.
    const displaced = this.#live.get(sessionId);
    this.#live.set(sessionId, connection);
    this.services.metrics.sessions.set(this.#live.size);
    if (displaced) this.#track(displaced.end(ENDINGS.displaced));
    client.socket.once("close", (code) => {
      if (this.#live.get(sessionId) === connection) this.#live.delete(sessionId);
      this.services.metrics.sessions.set(this.#live.size);
      this.#track(connection.end(clientGone(code)));
    });
    ctx.log.info("voice connection opened", { audio: audioMode });
    try {
      await connection.open();
    } catch (thrown) {
      logFailure(ctx.log, thrown);
      this.#track(connection.end(refusal(toAppError(thrown))));
    }
  }

  #turnAway(client: Peer, { code, counted, reason, error }: Ending): void {
    this.services.metrics.closes.inc({ code: counted ?? String(code) });
    if (error) client.send(errorEvent(error));
    client.close(code, reason);
  }
}

/** The path to the letter, without its query, which may hold a ticket. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function refuseUpgrade(socket: Duplex, status: string): void {
  // To end it is only our half: a client that keeps its own would keep the socket.
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
