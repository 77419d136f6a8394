import { randomBytes } from "node:crypto";

/** µ-law at 8 kHz: a byte a sample. */
export const BYTES_PER_MS = 8;
const LONGEST_MS = 60_000;
/** No two sounds begin alike, so that what belongs to another call shows. */
const APART_BYTES = 8_009;
const SOUNDS = 256;
/** Long enough to occur once. */
const TELLING_BYTES = 8;

const bytes = randomBytes(LONGEST_MS * BYTES_PER_MS + SOUNDS * APART_BYTES);

/** A minute of one party's µ-law, of which no two pieces are alike. */
export function soundOf(party: number): Buffer {
  const from = (party % SOUNDS) * APART_BYTES;
  return bytes.subarray(from, from + LONGEST_MS * BYTES_PER_MS);
}

/** How what was heard differs from what was said, in samples. */
export interface Difference {
  lost: number;
  doubled: number;
  /** Heard and never said. */
  foreign: number;
}

/** Listens to a sound from its beginning and tells what is not as it was said, to the byte. */
export class Hearing {
  /** Up to where the sound was heard. */
  position = 0;
  readonly #difference: Difference = { lost: 0, doubled: 0, foreign: 0 };

  constructor(private readonly sound: Buffer) {}

  take(piece: Buffer): void {
    const end = this.position + piece.length;
    if (this.sound.compare(piece, 0, piece.length, this.position, end) === 0) this.position = end;
    else this.#misplaced(piece);
  }

  /** @param said up to where the sound was said */
  difference(said: number): Difference {
    return { ...this.#difference, lost: this.#difference.lost + Math.max(0, said - this.position) };
  }

  #misplaced(piece: Buffer): void {
    const found = piece.length < TELLING_BYTES ? -1 : this.sound.indexOf(piece);
    if (found < 0) this.#difference.foreign += piece.length;
    else if (found < this.position) this.#difference.doubled += piece.length;
    else {
      this.#difference.lost += found - this.position;
      this.position = found + piece.length;
    }
  }
}
