/** A token bucket of bytes: `bytesPerSecond` flow in, up to `burstBytes`. Knows no clock. */
export class ByteBucket {
  #level: number;
  #at: number;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly burstBytes: number,
    now: number,
  ) {
    this.#level = burstBytes;
    this.#at = now;
  }

  /**
   * Takes `bytes` out if there are that many.
   * @param now ms; a clock that is set back gives nothing
   */
  take(bytes: number, now: number): boolean {
    const refilled = (Math.max(0, now - this.#at) / 1_000) * this.bytesPerSecond;
    this.#level = Math.min(this.burstBytes, this.#level + refilled);
    this.#at = now;
    if (bytes > this.#level) return false;
    this.#level -= bytes;
    return true;
  }
}
