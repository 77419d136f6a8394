import type { Firestore } from "firebase-admin/firestore";
import type { Config } from "../../src/core/config";
import { createCtx } from "../../src/core/ctx";
import { createLogger } from "../../src/core/log";
import { KeyPool } from "../../src/providers/keyPool";
import { RELAY_LIMITS, type RelayLimits } from "../../src/relay/limits";
import { RelayMetrics } from "../../src/relay/metrics";
import { type Relay, startRelay } from "../../src/relay/server";

/** A relay in the test's own process, on the stack's Firestore: its waits can be hurried and its log read. */
export interface InProcessRelay extends Relay {
  /** `ws://127.0.0.1:port` */
  url: string;
  log: Record<string, unknown>[];
  keys: KeyPool;
}

interface RelayOptions {
  /** In order. */
  keys?: string[];
  limits?: Partial<RelayLimits>;
  config?: Partial<Config>;
  db?: Firestore;
}

/** @param realtimeUrl the model that it dials */
export async function startInProcessRelay(
  realtimeUrl: string,
  { keys = ["sk-test-1234"], limits = {}, config = {}, db }: RelayOptions = {},
): Promise<InProcessRelay> {
  const log: Record<string, unknown>[] = [];
  const real = createCtx();
  const ctx = {
    requestId: real.requestId,
    now: real.now,
    newId: real.newId,
    log: createLogger("DEBUG", (line) => log.push(JSON.parse(line))),
    config: { ...real.config, OPENAI_REALTIME_API_URL: realtimeUrl, openAiKeys: keys, ...config },
    db: db ?? real.db,
  };
  const pool = new KeyPool(keys);
  const services = { ctx, keys: pool, limits: { ...RELAY_LIMITS, ...limits }, metrics: new RelayMetrics() };
  const relay = await startRelay(services, 0, "127.0.0.1");
  return {
    port: relay.port,
    connections: () => relay.connections(),
    drain: () => relay.drain(),
    url: `ws://127.0.0.1:${relay.port}`,
    log,
    keys: pool,
  };
}
