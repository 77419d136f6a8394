import { setTimeout as sleep } from "node:timers/promises";

/** Lets whoever awaits it go on one after another, so many a second; the first at once. */
export function paceOf(aSecond: number): () => Promise<void> {
  let next = performance.now();
  return async () => {
    const now = performance.now();
    const at = Math.max(now, next);
    next = at + 1_000 / aSecond;
    if (at > now) await sleep(at - now);
  };
}
