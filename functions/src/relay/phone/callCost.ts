/** What a call has cost so far, in USD: the phone by its minutes, the model by its usage. Pure. */
export class CallCost {
  #modelUsd = 0;

  /** @param answeredAt ms since the epoch */
  constructor(
    private readonly answeredAt: number,
    private readonly phoneUsdPerMinute: number,
  ) {}

  /** What a response of the model cost; null where it has no price. */
  add(usd: number | null): void {
    this.#modelUsd += usd ?? 0;
  }

  /** Begun minutes are whole ones to a phone network. */
  at(now: number): number {
    const minutes = Math.max(1, Math.ceil((now - this.answeredAt) / 60_000));
    return this.#modelUsd + minutes * this.phoneUsdPerMinute;
  }
}

/** What is left of what was set aside, so that the call can be ended with a sentence. */
const LAST_WORDS_SHARE = 0.05;
const LAST_WORDS_USD = 0.02;

/** What a call may have cost until it is ended, of what was set aside for it. */
export function ceilingOf(reserveUsd: number): number {
  return reserveUsd - Math.min(LAST_WORDS_USD, reserveUsd * LAST_WORDS_SHARE);
}
