/** How long a key that failed is left alone while others are there. */
export const KEY_REST_MS = 60_000;

/**
 * The OpenAI keys of one instance: used in turn, and rested for a minute after a failure. A key at rest is still
 * the last resort: with one key alone, a passing failure must not become a minute of outage. Knows no clock.
 */
export class KeyPool {
  readonly #restUntil = new Map<string, number>();
  #next = 0;

  constructor(private readonly keys: readonly string[]) {}

  get size(): number {
    return this.keys.length;
  }

  /** Every key once, in the order to try them: rotated, those at rest last, the soonest rested first. */
  order(now: number): string[] {
    if (this.keys.length === 0) return [];
    const start = this.#next % this.keys.length;
    this.#next += 1;
    const rotated = [...this.keys.slice(start), ...this.keys.slice(0, start)];
    const rest = (key: string) => Math.max(0, (this.#restUntil.get(key) ?? 0) - now);
    return rotated.sort((a, b) => rest(a) - rest(b));
  }

  failed(key: string, now: number): void {
    this.#restUntil.set(key, now + KEY_REST_MS);
  }

  succeeded(key: string): void {
    this.#restUntil.delete(key);
  }
}
