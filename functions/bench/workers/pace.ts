import { setTimeout as delay } from "node:timers/promises";

/** A process that was kept waiting catches up slowly: a burst would be cheaper to relay than speech is. */
const MOST_STEPS_AT_ONCE = 20;

/** Takes so many steps, evenly spread over time. @param until ends it before */
export async function paced(
  { steps, perMs, until }: { steps: number; perMs: number; until?: AbortSignal },
  step: (n: number) => void,
): Promise<void> {
  let allowed = 0;
  let lookedAt = performance.now();
  for (let taken = 0; taken < steps && !until?.aborted; ) {
    const now = performance.now();
    allowed = Math.min(MOST_STEPS_AT_ONCE, allowed + (now - lookedAt) * perMs);
    lookedAt = now;
    for (; allowed >= 1 && taken < steps; allowed -= 1) step(taken++);
    await delay(1);
  }
}
