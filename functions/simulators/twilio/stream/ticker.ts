/** Length of a media frame, as Twilio sends them. */
export const FRAME_MS = 20;
/** G.711 at 8 kHz. */
export const BYTES_PER_MS = 8;
export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;

/** One timer for all streams, which runs only while there are any. Each tick is given `performance.now()`. */
export class Ticker {
  private readonly ticking = new Set<(now: number) => void>();
  private timer: NodeJS.Timeout | undefined;

  /** Calls `tick` about every 20 ms, until the function it returns is called. */
  add(tick: (now: number) => void): () => void {
    this.ticking.add(tick);
    this.timer ??= setInterval(() => this.tickAll(), FRAME_MS);
    return () => {
      this.ticking.delete(tick);
      if (this.ticking.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  stop(): void {
    this.ticking.clear();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tickAll(): void {
    const now = performance.now();
    for (const tick of this.ticking) tick(now);
  }
}
