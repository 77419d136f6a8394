/** A scheduled call that can be taken back. */
export interface Scheduled {
  cancel(): void;
}

/**
 * All timers of one session, so that closing it leaves none behind.
 * What a callback throws goes to `onError`; it never reaches the event loop.
 */
export class Timers {
  private readonly live = new Set<NodeJS.Timeout>();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Calls `run` once after `ms`, unless cancelled or cleared first. */
  after(ms: number, run: () => void): Scheduled {
    const timer = setTimeout(() => {
      this.live.delete(timer);
      try {
        run();
      } catch (error) {
        this.onError(error);
      }
    }, ms);
    this.live.add(timer);
    return {
      cancel: () => {
        clearTimeout(timer);
        this.live.delete(timer);
      },
    };
  }

  /** How many are waiting. */
  get size(): number {
    return this.live.size;
  }

  clear(): void {
    for (const timer of this.live) clearTimeout(timer);
    this.live.clear();
  }
}
