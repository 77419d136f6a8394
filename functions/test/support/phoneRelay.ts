import type { Config } from "../../src/core/config";
import { createCtx } from "../../src/core/ctx";
import { createLogger } from "../../src/core/log";
import { KeyPool } from "../../src/providers/keyPool";
import { RELAY_LIMITS, type RelayLimits } from "../../src/relay/limits";
import { RelayMetrics } from "../../src/relay/metrics";
import { type Relay, startRelay } from "../../src/relay/server";

/** A relay for phone calls in the test's own process, on the stack's Firestore, with settings of its own. */
export interface PhoneRelay extends Relay {
  /** `ws://127.0.0.1:port` */
  url: string;
  log: Record<string, unknown>[];
  metrics: RelayMetrics;
}

/** @param realtimeUrl the model that it dials */
export async function startPhoneRelay(
  realtimeUrl: string,
  { config = {}, limits = {} }: { config?: Partial<Config>; limits?: Partial<RelayLimits> } = {},
): Promise<PhoneRelay> {
  const log: Record<string, unknown>[] = [];
  const real = createCtx();
  const keys = ["sk-test-1234"];
  const ctx = {
    ...real,
    db: real.db,
    log: createLogger("DEBUG", (line) => log.push(JSON.parse(line))),
    config: { ...real.config, OPENAI_REALTIME_API_URL: realtimeUrl, openAiKeys: keys, ...config },
  };
  const metrics = new RelayMetrics();
  const services = { ctx, keys: new KeyPool(keys), limits: { ...RELAY_LIMITS, ...limits }, metrics };
  const relay = await startRelay(services, 0, "127.0.0.1");
  return {
    port: relay.port,
    connections: () => relay.connections(),
    drain: () => relay.drain(),
    url: `ws://127.0.0.1:${relay.port}`,
    log,
    metrics,
  };
}
