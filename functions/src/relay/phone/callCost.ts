/** What a call has cost so far, in USD: the phone by its minutes, the model by its usage. Pure. */
export class CallCost {
  #modelUsd = 0;
  #isUnpriced = false;

  /**
   * @param answeredAt ms since the epoch
   * @param usdPerMinute what the phone network is taken to cost, and what a whole call is, where its model has no price
   */
  constructor(
    private readonly answeredAt: number,
    private readonly usdPerMinute: { phone: number; unpriced: number },
  ) {}

  /** What a response of the model cost; null where it has no price. */
  add(usd: number | null): void {
    if (usd === null) this.#isUnpriced = true;
    else this.#modelUsd += usd;
  }

  at(now: number): number {
    const minutes = (now - this.answeredAt) / 60_000;
    // Begun minutes are whole ones to a phone network.
    const known = this.#modelUsd + Math.max(1, Math.ceil(minutes)) * this.usdPerMinute.phone;
    return this.#isUnpriced ? Math.max(known, minutes * this.usdPerMinute.unpriced) : known;
  }
}

/** What is left of what was set aside, so that the call can be ended with a sentence. */
const LAST_WORDS_SHARE = 0.05;
const LAST_WORDS_USD = 0.02;

/** What a call may have cost until it is ended, of what was set aside for it. */
export function ceilingOf(reserveUsd: number): number {
  return reserveUsd - Math.min(LAST_WORDS_USD, reserveUsd * LAST_WORDS_SHARE);
}
