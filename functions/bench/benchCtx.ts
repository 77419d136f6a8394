import type { Firestore } from "firebase-admin/firestore";
import { type Config, processConfig } from "../src/core/config";
import type { Ctx } from "../src/core/ctx";
import { newId } from "../src/core/ids";
import { createLogger } from "../src/core/log";

/** A real context on a database of the benchmark's own; only what goes wrong is logged. */
export function benchCtx(db: Firestore, uid?: string, settings: Partial<Config> = {}): Ctx {
  return {
    ...(uid === undefined ? {} : { caller: { uid, claims: {} } }),
    requestId: "bench",
    log: createLogger("WARNING"),
    now: () => new Date(),
    newId,
    config: { ...processConfig(), ...settings },
    db,
  };
}
