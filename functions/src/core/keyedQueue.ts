/** Lets work on the same key wait for one another, in the order in which it came; work on different keys runs at once. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whether work on this key is under way. */
  isBusy(key: string): boolean {
    return this.#last.has(key);
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    // What failed before does not concern who comes after.
    const settled = mine.catch(() => {});
    this.#last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === settled) this.#last.delete(key);
    }
  }
}
