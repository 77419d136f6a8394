/** How a call ends that the model ends. */
export type Ending = "assistant" | "transferred" | "voicemail" | "spent";

/** How it then does: `unsaid` where the caller is still owed the sentence that it ends. */
export type Outcome = Ending | "unsaid";

/** The farewell that is asked for must have been said by the model by then; a message takes longer than a goodbye. */
const SAID_WITHIN_MS: Record<Ending, number> = {
  assistant: 10_000,
  transferred: 10_000,
  spent: 10_000,
  voicemail: 30_000,
};
/** How long the marks of what was sent may be late. */
const GRACE_MS = 3_000;

/** The last words of a call, and until when they are waited for. Pure. */
export class Farewell {
  #deadline: number;
  #isSaid: boolean;

  /** @param hasSpoken the model has said its last words already, of which so much is yet to be played */
  constructor(
    private readonly reason: Ending,
    hasSpoken: boolean,
    now: number,
    unplayedMs: number,
  ) {
    this.#isSaid = hasSpoken;
    this.#deadline = now + unplayedMs + (hasSpoken ? GRACE_MS : SAID_WITHIN_MS[reason]);
  }

  /** How the call ends by it: a message that was never spoken was not left, and whoever is cut off is told so. */
  get outcome(): Outcome {
    if (this.#isSaid) return this.reason;
    if (this.reason === "spent") return "unsaid";
    return this.reason === "voicemail" ? "assistant" : this.reason;
  }

  /** The farewell that was asked for is said, which happens once: from then on only its playing is waited for. */
  said(now: number, unplayedMs: number): void {
    this.#isSaid = true;
    this.#deadline = now + unplayedMs + GRACE_MS;
  }

  isOverdue(now: number): boolean {
    return now >= this.#deadline;
  }
}
