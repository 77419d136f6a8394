import { BYTES_PER_MS } from "./muLaw";

/** What is known to be heard beyond the last mark: a mark comes after its chunk, and takes its time. */
const LEAD_BYTES = 50 * BYTES_PER_MS;

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

interface Chunk {
  name: string;
  item: Item;
  /** Where the chunk ends in its item. */
  end: number;
}

/** An item of which the caller did not hear all. */
export interface Cut {
  itemId: string;
  /** Never more than was sent, so never more than was generated. */
  heardMs: number;
}

/**
 * What of the model's audio has reached the caller's ear. Positions are counted in bytes and come from the marks that
 * follow each chunk; there is no clock in it. https://www.twilio.com/docs/voice/media-streams/websocket-messages#mark-message
 */
export class Playback {
  readonly #items = new Map<string, Item>();
  /** Sent and not known to be played, in order. */
  #pending: Chunk[] = [];
  #pendingBytes = 0;
  /** Counts the marks, for their names: one of what was cleared comes back as well, and is awaited no longer. */
  #marks = 0;

  /** Whether everything that was sent has been played. */
  get isSilent(): boolean {
    return this.#pending.length === 0;
  }

  get unplayedMs(): number {
    return this.#pendingBytes / BYTES_PER_MS;
  }

  /** A chunk is sent. @returns the name of the mark that is to follow it */
  sent(itemId: string, bytes: number): string {
    const item = this.#itemOf(itemId);
    item.sent += bytes;
    this.#pendingBytes += bytes;
    this.#marks += 1;
    const name = String(this.#marks);
    this.#pending.push({ name, item, end: item.sent });
    return name;
  }

  /** A mark came back. One that is not awaited, or no longer, changes nothing. */
  marked(name: string): void {
    const index = this.#pending.findIndex((chunk) => chunk.name === name);
    // Twilio plays in order: what was sent before has been played as well.
    for (let played = 0; played <= index; played += 1) this.#played(this.#pending.shift());
  }

  #played(chunk: Chunk | undefined): void {
    if (!chunk) return;
    const { item, end } = chunk;
    this.#pendingBytes -= end - item.played;
    item.played = end;
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
  cutItem(itemId: string): Cut | undefined {
    const item = this.#itemOf(itemId);
    if (item.isCut || item.isWhole) return undefined;
    return this.#cut(itemId, item);
  }

  /** Nothing more of what was sent is to be heard. @returns the items that were not heard whole */
  cut(): Cut[] {
    const cuts: Cut[] = [];
    for (const [itemId, item] of this.#items) {
      const isHeardWhole = item.isWhole && item.played === item.sent;
      if (!item.isCut && !isHeardWhole) cuts.push(this.#cut(itemId, item));
    }
    this.#pending = [];
    this.#pendingBytes = 0;
    return cuts;
  }

  #cut(itemId: string, item: Item): Cut {
    // What waits behind another item has not begun; before its first mark, a chunk at the head may have.
    const lead = this.#pending[0]?.item === item ? LEAD_BYTES : 0;
    item.isCut = true;
    return {
      itemId,
      heardMs: Math.floor(Math.min(item.sent, item.played + lead) / BYTES_PER_MS),
    };
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
