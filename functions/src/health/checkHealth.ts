import type { Ctx } from "../core/ctx";
import { AppError } from "../core/errors";
import { Probe } from "../core/probe";

/** How long Firestore may take. */
const TIMEOUT_MS = 3_000;
/** How long an answer holds, so that asking often costs nothing. */
const FRESH_MS = 5_000;

export interface Health {
  status: "ok";
}

let firestore: Probe | undefined;

/**
 * Whether the backend works: its settings are right, as they were parsed before this runs, and Firestore answers.
 * Costs at most 1 read in 5 s and instance.
 * @throws AppError provider_unavailable where Firestore does not answer
 */
export async function checkHealth(ctx: Ctx): Promise<Health> {
  firestore ??= new Probe(() => askFirestore(ctx), { holdsMs: FRESH_MS, timeoutMs: TIMEOUT_MS });
  if (await firestore.answers()) return { status: "ok" };
  throw new AppError("provider_unavailable", "Firestore does not answer right now.");
}

async function askFirestore({ db, log }: Ctx): Promise<void> {
  try {
    await db.doc("health/probe").get();
  } catch (error) {
    log.error("Firestore does not answer", { error });
    throw error;
  }
}
