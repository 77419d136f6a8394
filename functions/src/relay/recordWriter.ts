import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../core/log";
import type { ConversationRecord } from "../voice/recordConversation";

type Turn = ConversationRecord["turns"][number];
type Response = ConversationRecord["responses"][number];

/** Turns, and responses, in one write: Firestore takes 10 MiB. */
const MOST_AT_ONCE = 25;
const RETRY_MS = { first: 200, most: 5_000 };

/**
 * Stores turns and usage in the order they come, one write at a time; what arrives meanwhile goes into the next. A
 * failed write is tried again until it succeeds or the flush at the end runs out of time.
 */
export class RecordWriter {
  #turns = new Map<string, Turn>();
  #responses: Response[] = [];
  #writing = 0;
  #running: Promise<void> | undefined;
  #givenUp = new AbortController();

  /**
   * @param store writes absolutely, so that a retry changes nothing; false where the session is gone
   * @param onSaved told of each turn once it is stored
   */
  constructor(
    private readonly store: (record: ConversationRecord) => Promise<boolean>,
    private readonly onSaved: (itemId: string) => void,
    private readonly log: Logger,
  ) {}

  add(turns: Turn[], responses: Response[] = []): void {
    for (const turn of turns) this.#turns.set(turn.itemId, turn);
    this.#responses.push(...responses);
    if (this.#turns.size + this.#responses.length > 0) this.#running ??= this.#run();
  }

  /** Resolves when all is stored, or after `withinMs` with what could not be. */
  async flush(withinMs: number): Promise<void> {
    const running = this.#running;
    if (!running || this.#givenUp.signal.aborted) return;
    const timer = setTimeout(() => this.#givenUp.abort(), withinMs);
    // A write that hangs is not waited for either.
    await Promise.race([running, once(this.#givenUp.signal, "abort")]);
    clearTimeout(timer);
    const lost = this.#turns.size + this.#writing;
    if (this.#givenUp.signal.aborted && lost > 0) this.log.error("turns were lost", { turns: lost });
  }

  async #run(): Promise<void> {
    let pauseMs = RETRY_MS.first;
    while (this.#turns.size + this.#responses.length > 0 && !this.#givenUp.signal.aborted) {
      const record = this.#take();
      this.#writing = record.turns.length;
      try {
        if (await this.store(record)) for (const { itemId } of record.turns) this.onSaved(itemId);
        pauseMs = RETRY_MS.first;
      } catch (error) {
        this.log.error("turns could not be stored; trying again", { turns: record.turns.length, error });
        this.#putBack(record);
        this.#writing = 0;
        await delay(pauseMs, undefined, { signal: this.#givenUp.signal }).catch(() => {});
        pauseMs = Math.min(pauseMs * 2, RETRY_MS.most);
      }
    }
    this.#writing = 0;
    this.#running = undefined;
  }

  /** The next to be written. */
  #take(): ConversationRecord {
    const turns = [...this.#turns.values()].slice(0, MOST_AT_ONCE);
    const responses = this.#responses.splice(0, MOST_AT_ONCE);
    for (const { itemId } of turns) this.#turns.delete(itemId);
    return { turns, responses };
  }

  /** A newer version of a turn, come meanwhile, wins. */
  #putBack(record: ConversationRecord): void {
    this.#turns = new Map([...record.turns.map((turn) => [turn.itemId, turn] as const), ...this.#turns]);
    this.#responses = [...record.responses, ...this.#responses];
  }
}
