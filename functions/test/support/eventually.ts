import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 45_000;
const PAUSE_MS = 50;

/** Waits until `check` no longer throws, and gives what it returns; after 45 s its last error. */
export async function eventually<T>(check: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
