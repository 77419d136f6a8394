/** How long a key that failed is left alone while others are there. */
export const KEY_REST_MS = 60_000;

/** So many failures in a row that may pass are taken for one that lasts. */
const PASSING_FAILURES = 3;

/**
 * Why a key failed. `refused`: the provider does not take it. `account`: it takes it, and the account behind it may not be
 * used. `passing`: anything else.
 */
export type KeyFault = "refused" | "account" | "passing";

interface Rest {
  until: number;
  fault: KeyFault;
  /** Failures since the key last worked. */
  failures: number;
}

/**
 * The OpenAI keys of one instance: used in turn, and rested for a minute after a failure. A key at rest is still
 * the last resort: with one key alone, a passing failure must not become a minute of outage. Knows no clock.
 */
export class KeyPool {
  readonly #rests = new Map<string, Rest>();
  #keys: readonly string[];
  #next = 0;
  #version = 0;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** Another after each time that the keys were replaced by others. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** Every key once, in the order to try them: rotated, those at rest last, the soonest rested first. */
  order(now: number): string[] {
    if (this.#keys.length === 0) return [];
    const start = this.#next % this.#keys.length;
    this.#next += 1;
    const rotated = [...this.#keys.slice(start), ...this.#keys.slice(0, start)];
    const rest = (key: string) => Math.max(0, (this.#rests.get(key)?.until ?? 0) - now);
    return rotated.sort((a, b) => rest(a) - rest(b));
  }

  /** Whether no key can be hoped to work: what may pass is not counted before it has happened several times. */
  isDown(now: number): boolean {
    return this.#keys.every((key) => {
      const rest = this.#rests.get(key);
      if (!rest || rest.until <= now) return false;
      return rest.fault !== "passing" || rest.failures >= PASSING_FAILURES;
    });
  }

  failed(key: string, now: number, fault: KeyFault): void {
    // One that was replaced meanwhile is never asked for again.
    if (!this.#keys.includes(key)) return;
    const failures = (this.#rests.get(key)?.failures ?? 0) + 1;
    this.#rests.set(key, { until: now + KEY_REST_MS, fault, failures });
  }

  /** The provider took the key; whether its account may be used shows only later. */
  succeeded(key: string): void {
    if (this.#rests.get(key)?.fault !== "account") this.#rests.delete(key);
  }

  /** Takes these keys instead; those that stay rest on. @returns whether they are others than before */
  replace(keys: readonly string[]): boolean {
    const next = [...new Set(keys)];
    if (next.length === this.#keys.length && next.every((key, index) => key === this.#keys[index]))
      return false;
    for (const key of this.#rests.keys()) if (!next.includes(key)) this.#rests.delete(key);
    this.#keys = next;
    this.#version += 1;
    return true;
  }
}
