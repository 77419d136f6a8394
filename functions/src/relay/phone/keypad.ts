const DIGIT = /^[0-9A-D*#]$/;
const MAX_DIGITS = 32;

/** Gathers what the caller presses: a number is over at #, or when no other key comes for a while. Pure. */
export class Keypad {
  #digits = "";
  #pressedAt = 0;
  /** A key was pressed since the clock was looked at. */
  #isFresh = false;

  constructor(private readonly pauseMs: number) {}

  /** @returns the number that is over with this key */
  press(digit: string): string | undefined {
    if (!DIGIT.test(digit)) return undefined;
    if (digit === "#") return this.#take("#");
    this.#digits += digit;
    this.#isFresh = true;
    return this.#digits.length >= MAX_DIGITS ? this.#take() : undefined;
  }

  /** @returns the number that is over by now */
  tick(now: number): string | undefined {
    if (this.#isFresh) {
      this.#isFresh = false;
      this.#pressedAt = now;
    }
    return this.#digits !== "" && now - this.#pressedAt >= this.pauseMs ? this.#take() : undefined;
  }

  #take(otherwise = ""): string {
    const digits = this.#digits || otherwise;
    this.#digits = "";
    return digits;
  }
}
