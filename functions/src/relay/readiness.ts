import { setTimeout as delay } from "node:timers/promises";
import type { KeyPool } from "../providers/keyPool";
import type { RelayLimits } from "./limits";

/** What an instance cannot do without. */
export type NeededPart = "firestore" | "openai";

/** Whether an instance can serve new sessions. Firestore is asked only when the last answer is old, and by one at a time. */
export class Readiness {
  #known: { answers: boolean; at: number } | undefined;
  #asking: Promise<boolean> | undefined;

  /** @param askFirestore resolves when Firestore has answered anything; may hang */
  constructor(
    private readonly askFirestore: () => Promise<unknown>,
    private readonly keys: Pick<KeyPool, "isDown">,
    private readonly limits: Pick<RelayLimits, "readinessHoldsMs" | "readinessTimeoutMs">,
  ) {}

  /** The parts that are out of reach: none where the instance is ready. Takes `readinessTimeoutMs` at most. */
  async missing(): Promise<NeededPart[]> {
    const missing: NeededPart[] = [];
    if (!(await this.#firestoreAnswers())) missing.push("firestore");
    if (this.keys.isDown(Date.now())) missing.push("openai");
    return missing;
  }

  #firestoreAnswers(): Promise<boolean> | boolean {
    const known = this.#known;
    if (known && Date.now() - known.at < this.limits.readinessHoldsMs) return known.answers;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    const waiting = new AbortController();
    const timeout = delay(this.limits.readinessTimeoutMs, false, { signal: waiting.signal }).catch(
      () => false,
    );
    const answered = this.askFirestore().then(
      () => true,
      () => false,
    );
    const answers = await Promise.race([answered, timeout]);
    waiting.abort();
    this.#known = { answers, at: Date.now() };
    return answers;
  }
}
