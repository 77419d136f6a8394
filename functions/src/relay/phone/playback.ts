import { BYTES_PER_MS } from "./muLaw";

/** A mark follows each so much of an item, and its end: one a chunk would cost as much as the chunks. */
const MARK_EVERY_BYTES = 200 * BYTES_PER_MS;

interface Item {
  /** Bytes that were sent to the caller's side. */
  sent: number;
  /** Bytes of these that were played, as far as marks tell. */
  played: number;
  /** The model has said all of it. */
  isWhole: boolean;
  /** It was cut off: no more of it is sent. */
  isCut: boolean;
}

/** What was sent up to a mark. */
interface Stretch {
  itemId: string;
  item: Item;
  /** Where it ends in its item. */
  end: number;
  /** Of the mark behind it; undefined as long as none was sent. */
  name: string | undefined;
}

/** An item of which the caller did not hear all. */
export interface Cut {
  itemId: string;
  /** Never more than was sent, so never more than was generated. */
  heardMs: number;
}

/**
 * What of the model's audio has reached the caller's ear. Positions are counted in bytes: marks tell what was played, and
 * between two of them the stream's own time does, which is what has come from the caller. There is no clock in it.
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages#mark-message
 */
export class Playback {
  readonly #items = new Map<string, Item>();
  /** Sent and not known to be played, in order. */
  #pending: Stretch[] = [];
  #pendingBytes = 0;
  /** Counts the marks, for their names: one of what was cleared comes back as well, and is awaited no longer. */
  #marks = 0;
  /** When the first of what is pending began to be played, in bytes from the caller. */
  #since = 0;

  /** Whether everything that was sent has been played. */
  get isSilent(): boolean {
    return this.#pending.length === 0;
  }

  get unplayedMs(): number {
    return this.#pendingBytes / BYTES_PER_MS;
  }

  /**
   * A chunk is sent.
   * @param now bytes that have come from the caller so far
   * @returns the name of the mark that is to follow it, if one is
   */
  sent(itemId: string, bytes: number, now: number): string | undefined {
    if (this.isSilent) this.#since = now;
    const item = this.#itemOf(itemId);
    item.sent += bytes;
    this.#pendingBytes += bytes;
    const last = this.#pending.at(-1);
    if (last && last.name === undefined && last.item === item) last.end = item.sent;
    else this.#pending.push({ itemId, item, end: item.sent, name: undefined });
    return this.#unmarkedBytes() >= MARK_EVERY_BYTES ? this.mark() : undefined;
  }

  /** @returns the name of the mark that is to follow what was sent last, where none has yet */
  mark(): string | undefined {
    const last = this.#pending.at(-1);
    if (!last || last.name !== undefined) return undefined;
    this.#marks += 1;
    last.name = String(this.#marks);
    return last.name;
  }

  /** The same, before another item begins. */
  markBefore(itemId: string): string | undefined {
    return this.#pending.at(-1)?.itemId === itemId ? undefined : this.mark();
  }

  /** A mark came back. One that is not awaited, or no longer, changes nothing. */
  marked(name: string, now: number): void {
    const index = this.#pending.findIndex((stretch) => stretch.name === name);
    if (index >= 0) this.#since = now;
    // Twilio plays in order: what was sent before has been played as well.
    for (let played = 0; played <= index; played += 1) this.#played(this.#pending.shift());
  }

  #played(stretch: Stretch | undefined): void {
    if (!stretch) return;
    const { item, end } = stretch;
    this.#pendingBytes -= end - item.played;
    item.played = end;
  }

  #unmarkedBytes(): number {
    const last = this.#pending.at(-1);
    if (!last || last.name !== undefined) return 0;
    const before = this.#pending.at(-2);
    const begun = before?.item === last.item ? before.end : last.item.played;
    return last.end - begun;
  }

  /** The model has said all of this item. */
  whole(itemId: string): void {
    const item = this.#items.get(itemId);
    if (item) item.isWhole = true;
  }

  /** The model says nothing at present: whatever it has begun is all there is. */
  allWhole(): void {
    for (const item of this.#items.values()) item.isWhole = true;
  }

  wasSent(itemId: string): boolean {
    return (this.#items.get(itemId)?.sent ?? 0) > 0;
  }

  isCut(itemId: string): boolean {
    return this.#items.get(itemId)?.isCut ?? false;
  }

  /** The model goes on with an item that is not to be heard. @returns what was heard of it, the first time */
  cutItem(itemId: string, now: number): Cut | undefined {
    const item = this.#itemOf(itemId);
    if (item.isCut || item.isWhole) return undefined;
    return this.#cut(itemId, item, now);
  }

  /** Nothing more of what was sent is to be heard. @returns the items that were not heard whole */
  cut(now: number): Cut[] {
    const cuts: Cut[] = [];
    for (const [itemId, item] of this.#items) {
      const isHeardWhole = item.isWhole && item.played === item.sent;
      if (!item.isCut && !isHeardWhole) cuts.push(this.#cut(itemId, item, now));
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    return cuts;
  }

  #cut(itemId: string, item: Item, now: number): Cut {
    item.isCut = true;
    const [head] = this.#pending;
    // What waits behind another item has not begun; and a mark that has not come back was not reached.
    const heard = head?.item === item ? Math.min(head.end, item.played + now - this.#since) : item.played;
    return { itemId, heardMs: Math.floor(heard / BYTES_PER_MS) };
  }

  #itemOf(itemId: string): Item {
    let item = this.#items.get(itemId);
    if (!item) {
      item = { sent: 0, played: 0, isWhole: false, isCut: false };
      this.#items.set(itemId, item);
    }
    return item;
  }
}
