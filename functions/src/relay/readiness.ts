import { Probe } from "../core/probe";
import type { KeyPool } from "../providers/keyPool";
import type { RelayLimits } from "./limits";

/** What an instance cannot do without. */
export type NeededPart = "firestore" | "openai";

/** Whether an instance can serve new sessions. */
export class Readiness {
  readonly #firestore: Probe;

  /** @param askFirestore resolves when Firestore has answered anything; may hang */
  constructor(
    askFirestore: () => Promise<unknown>,
    private readonly keys: Pick<KeyPool, "isDown">,
    limits: Pick<RelayLimits, "readinessHoldsMs" | "readinessTimeoutMs">,
  ) {
    this.#firestore = new Probe(askFirestore, {
      holdsMs: limits.readinessHoldsMs,
      timeoutMs: limits.readinessTimeoutMs,
    });
  }

  /** The parts that are out of reach: none where the instance is ready. Takes `readinessTimeoutMs` at most. */
  async missing(): Promise<NeededPart[]> {
    const missing: NeededPart[] = [];
    if (!(await this.#firestore.answers())) missing.push("firestore");
    if (this.keys.isDown(Date.now())) missing.push("openai");
    return missing;
  }
}
