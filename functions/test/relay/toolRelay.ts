import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { KeyPool } from "../../src/providers/keyPool";
import type { Connection } from "../../src/relay/connection";
import { selectProtocol } from "../../src/relay/credentials";
import { ENDINGS } from "../../src/relay/ending";
import { RELAY_LIMITS, type RelayLimits } from "../../src/relay/limits";
import { RelayMetrics } from "../../src/relay/metrics";
import { Peer } from "../../src/relay/peer";
import { realtimeClientsWith } from "../../src/relay/realtimeClients";
import type { ServerTool } from "../../src/relay/toolRunner";

/** The sessions of a relay in the test's own process in which the server has these tools, whoever's they are. */
export interface ToolRelay {
  /** `ws://127.0.0.1:port` */
  url: string;
  log: Record<string, unknown>[];
  /** Ends every connection; resolves when all have. */
  end(): Promise<void>;
  /** Ends them, and takes no others. */
  stop(): Promise<void>;
}

/** @param realtimeUrl the model that it dials */
export async function startToolRelay(
  realtimeUrl: string,
  tools: ServerTool[],
  given: Partial<RelayLimits> = {},
): Promise<ToolRelay> {
  const log: Record<string, unknown>[] = [];
  const keys = ["sk-test-1234"];
  const real = createCtx();
  const ctx = {
    ...real,
    db: real.db,
    log: createLogger("DEBUG", (line) => log.push(JSON.parse(line))),
    config: { ...real.config, OPENAI_REALTIME_API_URL: realtimeUrl, openAiKeys: keys },
  };
  const limits = { ...RELAY_LIMITS, tickMs: 25, ...given };
  const services = { ctx, keys: new KeyPool(keys), limits, metrics: new RelayMetrics() };
  const clients = realtimeClientsWith(() => tools);
  const live = new Set<Connection>();
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    autoPong: false,
    handleProtocols: selectProtocol,
  });
  server.on("connection", async (socket: WebSocket, request) => {
    socket.pause();
    const client = new Peer(socket, limits);
    const connection = { relayId: "tools", connectionId: newId() };
    const { signal } = new AbortController();
    const admission = await clients.admit({ ctx, limits, client, request, connection, signal });
    const opened = admission.connect(services);
    live.add(opened);
    await opened.open();
  });
  const ticker = setInterval(() => {
    for (const connection of live) connection.tick(Date.now());
  }, limits.tickMs);
  await once(server, "listening");
  const end = async () => {
    await Promise.all([...live].map((connection) => connection.end(ENDINGS.restarting)));
    live.clear();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    end,
    async stop() {
      await end();
      clearInterval(ticker);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
