import { ConfigError } from "../core/config";
import { createCtx } from "../core/ctx";
import { KeyFile } from "../providers/keyFile";
import { KeyPool } from "../providers/keyPool";
import { RELAY_LIMITS } from "./limits";
import { RelayMetrics } from "./metrics";
import { startRelay } from "./server";

const DEFAULT_PORT = 8090;
/** How often OPENAI_API_KEYS_FILE is read again. */
const KEYS_READ_EVERY_MS = 60_000;

/** The relay as a process: Cloud Run gives PORT and, when it stops an instance, SIGTERM and ten seconds. */
async function main(): Promise<void> {
  const ctx = createCtx();
  const keys = new KeyPool(ctx.config.openAiKeys);
  const keyFiles = ctx.config.OPENAI_API_KEYS_FILE;
  const keyFile = keyFiles.length > 0 ? new KeyFile(keyFiles, keys, ctx.log) : undefined;
  await keyFile?.refresh();
  keyFile?.refreshEvery(KEYS_READ_EVERY_MS);
  const relay = await startRelay(
    { ctx, keys, keyFile, limits: RELAY_LIMITS, metrics: new RelayMetrics() },
    Number(process.env.PORT ?? DEFAULT_PORT),
    process.env.HOST ?? "0.0.0.0",
  );
  if (keys.size === 0) ctx.log.error("OPENAI_API_KEY is not configured: no session can be held");
  if (ctx.config.SECRET_KEY === undefined)
    ctx.log.error("SECRET_KEY is not configured: no ticket can be checked");
  ctx.log.info("relay listening", { port: relay.port });

  let stopping = false;
  const stop = async (cause: string, exitCode: number) => {
    if (stopping) return;
    stopping = true;
    ctx.log.info("relay stopping", { cause, connections: relay.connections() });
    await relay.drain().catch((error: unknown) => ctx.log.error("could not drain in order", { error }));
    process.exit(exitCode);
  };
  const defect = (error: unknown) => {
    ctx.log.error("a defect: draining this instance", { error });
    void stop("defect", 1);
  };
  // Whoever read the log is gone; that is no reason to fail, and saying so would fail again.
  process.stdout.on("error", () => {});
  process.on("SIGTERM", () => void stop("SIGTERM", 0));
  process.on("SIGINT", () => void stop("SIGINT", 0));
  process.on("uncaughtException", defect);
  process.on("unhandledRejection", defect);
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
