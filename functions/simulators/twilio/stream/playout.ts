type Queued<Mark> = { at: number } & ({ kind: "audio"; bytes: Buffer } | { kind: "mark"; mark: Mark });

/** What was played in one step. */
export interface Played<Mark> {
  /** In order, without gaps; together at most as long as was asked for. */
  audio: Buffer[];
  /** Marks before which everything was played. */
  marks: Mark[];
}

/**
 * What Twilio has been sent and the other party has not heard yet. Pure: no clock, no effects.
 * At any time `received = played + cleared + queued`, in bytes, which are samples.
 */
export class Playout<Mark> {
  received = 0;
  played = 0;
  cleared = 0;
  private queue: Queued<Mark>[] = [];

  get queued(): number {
    return this.received - this.played - this.cleared;
  }

  /** Takes sound that arrived `at` a time. */
  push(bytes: Buffer, at: number): void {
    if (bytes.length === 0) return;
    this.received += bytes.length;
    this.queue.push({ at, kind: "audio", bytes });
  }

  /** True when it is reached at once, as nothing waits before it. */
  mark(mark: Mark, at: number): boolean {
    if (this.queue.length === 0) return true;
    this.queue.push({ at, kind: "mark", mark });
    return false;
  }

  /** Plays up to so many bytes of what had arrived by `now`, and reaches the marks that follow them. */
  play(maxBytes: number, now: number): Played<Mark> {
    const played: Played<Mark> = { audio: [], marks: [] };
    let room = maxBytes;
    let done = 0;
    for (const next of this.queue) {
      // Time that is made up for after a stall cannot play what came later.
      if (next.at > now) break;
      if (next.kind === "mark") {
        played.marks.push(next.mark);
      } else {
        const taken = next.bytes.subarray(0, room);
        if (taken.length > 0) played.audio.push(taken);
        room -= taken.length;
        this.played += taken.length;
        if (taken.length < next.bytes.length) {
          next.bytes = next.bytes.subarray(taken.length);
          break;
        }
      }
      done += 1;
    }
    if (done > 0) this.queue.splice(0, done);
    return played;
  }

  /** Nothing is played any more: what waits stays counted as queued, and is let go. */
  end(): void {
    this.queue = [];
  }

  /** Drops what waits; gives how many bytes that were, and the marks that were among them, all reached now. */
  clear(): { bytes: number; marks: Mark[] } {
    const bytes = this.queued;
    const marks = this.queue.flatMap((next) => (next.kind === "mark" ? [next.mark] : []));
    this.queue = [];
    this.cleared += bytes;
    return { bytes, marks };
  }
}
