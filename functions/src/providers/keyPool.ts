/** How long a key that failed is left alone while others are there. */
export const KEY_REST_MS = 60_000;

/**
 * The OpenAI keys of one instance: used in turn, and rested for a minute after a failure. A key at rest is still
 * the last resort: with one key alone, a passing failure must not become a minute of outage. Knows no clock.
 */
export class KeyPool {
  readonly #restUntil = new Map<string, number>();
  #keys: readonly string[];
  #next = 0;

  constructor(keys: readonly string[]) {
    this.#keys = keys;
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
    const rest = (key: string) => Math.max(0, (this.#restUntil.get(key) ?? 0) - now);
    return rotated.sort((a, b) => rest(a) - rest(b));
  }

  /** Whether there is no key that is not at rest. */
  isDown(now: number): boolean {
    return this.#keys.every((key) => (this.#restUntil.get(key) ?? 0) > now);
  }

  failed(key: string, now: number): void {
    // One that was replaced meanwhile is never asked for again.
    if (this.#keys.includes(key)) this.#restUntil.set(key, now + KEY_REST_MS);
  }

  succeeded(key: string): void {
    this.#restUntil.delete(key);
  }

  /** Takes these keys instead; those that stay rest on. @returns whether they are others than before */
  replace(keys: readonly string[]): boolean {
    const next = [...new Set(keys)];
    if (next.length === this.#keys.length && next.every((key, index) => key === this.#keys[index]))
      return false;
    for (const key of this.#restUntil.keys()) if (!next.includes(key)) this.#restUntil.delete(key);
    this.#keys = next;
    return true;
  }
}
