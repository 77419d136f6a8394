import { durationMs } from "./pcm";

interface Played {
  itemId: string;
  startsAt: number;
  endsAt: number;
}

/** What was being said when the loudspeaker was stopped. */
export interface CutOff {
  itemId: string;
  /** How much of it was heard, in whole milliseconds. */
  heardMs: number;
}

/**
 * A loudspeaker without sound: it knows what would be heard when. Audio comes faster than it plays and waits its turn.
 * All times are on one clock, in milliseconds.
 */
export class Speaker {
  #queue: Played[] = [];
  readonly #stopped = new Set<string>();

  /** Plays audio of an item behind what is still to be played; what comes late for a stopped item is dropped. */
  play(itemId: string, pcm: Buffer, now: number): void {
    if (this.#stopped.has(itemId)) return;
    const startsAt = Math.max(now, this.#queue.at(-1)?.endsAt ?? now);
    this.#queue.push({ itemId, startsAt, endsAt: startsAt + durationMs(pcm) });
  }

  isPlaying(now: number): boolean {
    return now < (this.#queue.at(-1)?.endsAt ?? 0);
  }

  /** How much of an item has been heard by now. */
  heardMs(itemId: string, now: number): number {
    return this.#queue
      .filter((played) => played.itemId === itemId)
      .reduce((sum, { startsAt, endsAt }) => sum + Math.max(0, Math.min(now, endsAt) - startsAt), 0);
  }

  /** Falls silent at once. @returns what was cut off; undefined where nothing was playing */
  stop(now: number): CutOff | undefined {
    const current = this.#queue.find(({ endsAt }) => now < endsAt);
    if (!current) return undefined;
    const cutOff = { itemId: current.itemId, heardMs: Math.floor(this.heardMs(current.itemId, now)) };
    for (const { itemId, endsAt } of this.#queue) if (now < endsAt) this.#stopped.add(itemId);
    this.#queue = [];
    return cutOff;
  }
}
