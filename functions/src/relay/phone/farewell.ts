/** How a call ends that the model ends. */
export type Ending = "assistant" | "transferred";

/** The farewell that is asked for must have been said by then. */
const SAID_WITHIN_MS = 10_000;
/** How long the marks of what was sent may be late. */
const GRACE_MS = 3_000;

/** The last words of a call, and until when they are waited for. Pure. */
export class Farewell {
  #deadline: number;

  /** @param hasSpoken the model has said its last words already, of which so much is yet to be played */
  constructor(
    readonly reason: Ending,
    hasSpoken: boolean,
    now: number,
    unplayedMs: number,
  ) {
    this.#deadline = now + unplayedMs + (hasSpoken ? GRACE_MS : SAID_WITHIN_MS);
  }

  /** The farewell that was asked for is said, which happens once: from then on only its playing is waited for. */
  said(now: number, unplayedMs: number): void {
    this.#deadline = now + unplayedMs + GRACE_MS;
  }

  isOverdue(now: number): boolean {
    return now >= this.#deadline;
  }
}
