import { setTimeout as delay } from "node:timers/promises";

/** Whether something answers. It is asked only when its last answer is old, and by one at a time. */
export class Probe {
  #known: { answers: boolean; at: number } | undefined;
  #asking: Promise<boolean> | undefined;

  /** @param ask resolves when it has answered anything; may hang */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly times: { holdsMs: number; timeoutMs: number },
  ) {}

  /** Takes `timeoutMs` at most. */
  answers(): Promise<boolean> | boolean {
    const known = this.#known;
    if (known && Date.now() - known.at < this.times.holdsMs) return known.answers;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    const waiting = new AbortController();
    const timeout = delay(this.times.timeoutMs, false, { signal: waiting.signal }).catch(() => false);
    const answered = this.ask().then(
      () => true,
      () => false,
    );
    const answers = await Promise.race([answered, timeout]);
    waiting.abort();
    this.#known = { answers, at: Date.now() };
    return answers;
  }
}
