import { setTimeout as delay } from "node:timers/promises";
import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";

/** How long Firestore may take. */
const TIMEOUT_MS = 3_000;
/** How long an answer holds, so that asking often costs nothing. */
const FRESH_MS = 5_000;

export interface Health {
  status: "ok";
}

let last: { at: number; healthy: Promise<boolean> } | undefined;

/**
 * Whether the backend works: its settings are right, as they were parsed before this runs, and Firestore answers.
 * Costs at most 1 read in 5 s and instance.
 * @throws AppError provider_unavailable where Firestore does not answer
 */
export async function checkHealth(ctx: Ctx): Promise<Health> {
  const at = Date.now();
  if (!last || at - last.at >= FRESH_MS) last = { at, healthy: firestoreAnswers(ctx) };
  if (await last.healthy) return { status: "ok" };
  throw new AppError("provider_unavailable", "Firestore does not answer right now.");
}

async function firestoreAnswers(ctx: Ctx): Promise<boolean> {
  const answers = ctx.db
    .doc("health/probe")
    .get()
    .then(
      () => true,
      (error: unknown) => {
        ctx.log.error("Firestore does not answer", { error });
        return false;
      },
    );
  const waited = new AbortController();
  const timeout = delay(TIMEOUT_MS, false, { signal: waited.signal }).catch(() => false);
  try {
    return await Promise.race([answers, timeout]);
  } finally {
    waited.abort();
  }
}
