import { MAX_CREATED_ITEMS, MAX_RESPONSES_PER_MINUTE } from "../limits";
import type { ServerEvent } from "../serverEvents";

const MINUTE_MS = 60_000;

/**
 * What a call uses, whose client may ask the model for anything: responses, items, money. Pure.
 */
export class CallMeter {
  #responses: number[] = [];
  #items = 0;
  #costUsd = 0;

  /** @param ceilingUsd what the call may cost */
  constructor(private readonly ceilingUsd: number) {}

  handle(event: ServerEvent, now: number): void {
    if (event.type === "conversation.item.added") this.#items += 1;
    if (event.type !== "response.created") return;
    this.#responses = this.#responses.filter((at) => at > now - MINUTE_MS);
    this.#responses.push(now);
  }

  /** What a response has cost; null where it has no price. */
  add(usd: number | null): void {
    this.#costUsd += usd ?? 0;
  }

  /** Why the call is to end, where it is. */
  verdict(): "spent" | "misused" | undefined {
    if (this.#costUsd >= this.ceilingUsd) return "spent";
    const isFlood = this.#responses.length > MAX_RESPONSES_PER_MINUTE || this.#items > MAX_CREATED_ITEMS;
    return isFlood ? "misused" : undefined;
  }
}
