import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 10;

/** Waits until `isSo`. @throws Error that says what was waited for, after `timeoutMs` */
export async function until(isSo: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs / 1_000} s in vain for ${what}.`);
    await sleep(PAUSE_MS);
  }
}

/** The promise, or an Error that says what was waited for, after `timeoutMs`. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const late = Symbol();
  const first = await Promise.race([promise, sleep(timeoutMs, late, { ref: false })]);
  if (first === late) throw new Error(`Waited ${timeoutMs / 1_000} s in vain for ${what}.`);
  return first as T;
}
