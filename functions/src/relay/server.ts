import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Ctx } from "../core/ctx";
import { toAppError } from "../core/errors";
import { newId } from "../core/ids";
import { logFailure } from "../core/logFailure";
import { projectIdOf, traceOf } from "../core/trace";
import { detachRelay } from "../voice/relayConnection";
import { isSidebandToken } from "../voice/sidebandTokens";
import { watchRelaySessions } from "../voice/watchRelaySessions";
import type { Admission, ClientKind } from "./clientKind";
import type { Connection } from "./connection";
import { selectProtocol } from "./credentials";
import { clientGone, ENDINGS, type Ending, refusal } from "./ending";
import { errorEvent } from "./errorEvent";
import type { RelayServices } from "./modelLink";
import { Peer } from "./peer";
import { phoneCalls } from "./phone/phoneCalls";
import { Readiness } from "./readiness";
import { realtimeClients } from "./realtimeClients";
import { SidebandCalls, type Taken } from "./sideband/sidebandCalls";
import { statusPage } from "./statusPage";

/** As WebSockets call a connection that ended without a close frame. */
const GONE_UNSEEN = 1006;
/** Where the backend asks for a WebRTC call to be taken up, and what it is told. */
const SIDEBAND_PATH = /^\/sidebands\/([A-Za-z0-9_-]{1,128})$/;
const SIDEBAND_STATUS: Record<Taken, number> = {
  held: 204,
  elsewhere: 409,
  over: 410,
  failed: 502,
  full: 503,
};
const CLIENT_KINDS = [realtimeClients, phoneCalls];

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
  readonly #live = new Map<string, Connection>();
  /** Sessions of phone calls among them. */
  readonly #calls = new Set<string>();
  /** And of WebRTC calls. */
  readonly #webrtc = new Set<string>();
  readonly #sidebands: SidebandCalls;
  readonly #readiness: Readiness;
  readonly #closing = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #ticker: NodeJS.Timeout | undefined;
  #stopWatching = () => {};

  constructor(private readonly services: RelayServices) {
    const { ctx, keys, limits } = services;
    // A document that nobody writes: a missing one is an answer too.
    this.#readiness = new Readiness(() => ctx.db.doc("health/probe").get(), keys, limits);
    this.#sidebands = new SidebandCalls(services, {
      relayId: this.#id,
      hasRoom: () => !this.#stopping.signal.aborted && this.#live.size < limits.maxConnections,
      hold: (sessionId, connection) => this.#holdAlone(sessionId, connection, this.#webrtc),
      release: (sessionId, connection) => this.#release(sessionId, connection),
    });
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
    this.#ticker = setInterval(
      () => {
        const now = Date.now();
        for (const connection of this.#live.values()) connection.tick(now);
        this.#sidebands.tick(now);
      },
      Math.min(this.services.limits.tickMs, this.services.limits.phoneTickMs),
    );
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    this.#http.close();
    const deadline = new Promise<void>((resolve) =>
      setTimeout(resolve, this.services.limits.drainMs).unref(),
    );
    this.#track(this.#sidebands.settled());
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
    const isDraining = this.#stopping.signal.aborted;
    const { metrics } = this.services;
    const [, callId] = SIDEBAND_PATH.exec(pathOf(request)) ?? [];
    if (callId !== undefined && request.method === "POST") {
      response.writeHead(await this.#takeUp(callId, request)).end();
      return;
    }
    const { status, body, type } = await statusPage(pathOf(request), {
      metrics,
      readiness: this.#readiness,
      isDraining,
    });
    response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" }).end(body);
  }

  /** The backend asks for a WebRTC call to be taken up. @returns the HTTP status */
  async #takeUp(callId: string, { headers }: IncomingMessage): Promise<number> {
    const token = /^Bearer (\S{1,256})$/.exec(headers.authorization ?? "")?.[1] ?? "";
    try {
      if (!isSidebandToken(this.services.ctx, callId, token)) return 401;
    } catch (error) {
      logFailure(this.services.ctx.log, error);
      return 503;
    }
    return SIDEBAND_STATUS[await this.#sidebands.take(callId, true)];
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const kind = CLIENT_KINDS.find(({ path }) => path.test(pathOf(request)));
    if (!kind) {
      refuseUpgrade(socket, "404 Not Found");
      return;
    }
    if (!kind.mayUpgrade(request, this.services.ctx.config)) {
      refuseUpgrade(socket, "403 Forbidden");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (accepted) =>
      // Also one that is still being let in is waited for when the instance stops.
      this.#track(this.#accept(accepted, request, kind)),
    );
  }

  async #accept(socket: WebSocket, request: IncomingMessage, kind: ClientKind): Promise<void> {
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
    const turnAway = ({ code, counted, reason, error }: Ending) => {
      metrics.closes.inc({ code: counted ?? String(code) });
      if (error && kind.readsErrors) client.send(errorEvent(error));
      client.close(code, reason);
    };
    if (this.#stopping.signal.aborted) return turnAway(ENDINGS.restarting);
    if (this.#open.size > limits.maxConnections) return turnAway(ENDINGS.overloaded);
    const connection = { relayId: this.#id, connectionId: ctx.requestId };
    const { signal } = this.#stopping;
    try {
      const admission = await kind.admit({ ctx, limits, client, request, connection, signal });
      const refused = await this.#connect(ctx, client, admission);
      if (refused) turnAway(refused);
    } catch (thrown) {
      if (!signal.aborted) logFailure(ctx.log, thrown);
      turnAway(signal.aborted ? ENDINGS.restarting : refusal(toAppError(thrown)));
    }
  }

  /** The context of one connection: its lines can be found by its id, and by the trace of its request. */
  #ctxOf(request: IncomingMessage): Ctx {
    const { ctx } = this.services;
    const requestId = newId();
    const trace = traceOf(request.headers, projectIdOf(process.env));
    return { ...ctx, requestId, log: ctx.log.with({ requestId, ...trace }) };
  }

  /** Lets a client speak in its session. @returns why not, where it has come too late */
  async #connect(
    unattached: Ctx,
    client: Peer,
    { attached, about, connect }: Admission,
  ): Promise<Ending | undefined> {
    const { sessionId } = attached.session;
    const ctx = { ...unattached, log: unattached.log.with({ sessionId }) };
    // A client that hung up meanwhile has told so already, and will not tell again.
    if (this.#stopping.signal.aborted || !client.isOpen) {
      await detachRelay(ctx, sessionId, ctx.requestId);
      return this.#stopping.signal.aborted ? ENDINGS.restarting : clientGone(GONE_UNSEEN);
    }
    const connection = connect({ ...this.services, ctx });
    this.#holdAlone(sessionId, connection, attached.session.kind === "phone" ? this.#calls : undefined);
    client.socket.once("close", (code) => {
      this.#release(sessionId, connection);
      this.#track(connection.end(clientGone(code)));
    });
    ctx.log.info("voice connection opened", about);
    try {
      await connection.open();
    } catch (thrown) {
      logFailure(ctx.log, thrown);
      this.#track(connection.end(refusal(toAppError(thrown))));
    }
    return undefined;
  }

  /** @param kind the sessions of its kind that are counted */
  #holdAlone(sessionId: string, connection: Connection, kind: Set<string> | undefined): void {
    // The watch tells of it too, but this instance need not wait for that.
    const displaced = this.#live.get(sessionId);
    this.#live.set(sessionId, connection);
    kind?.add(sessionId);
    this.#count();
    if (displaced) this.#track(displaced.end(ENDINGS.displaced));
  }

  #release(sessionId: string, connection: Connection): void {
    if (this.#live.get(sessionId) !== connection) return;
    this.#live.delete(sessionId);
    this.#calls.delete(sessionId);
    this.#webrtc.delete(sessionId);
    this.#count();
  }

  #count(): void {
    this.services.metrics.sessions.set(this.#live.size);
    this.services.metrics.calls.set(this.#calls.size);
    this.services.metrics.sidebands.set(this.#webrtc.size);
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
