import type { Recording } from "../call/recordings.js";
import type { Transcript } from "./transcript.js";

const KEPT = 2_000;

/** The latest transcripts of this simulator, newest last; those that were deleted are known to its controls alone. */
export class TranscriptList {
  private bySid = new Map<string, Transcript>();

  add(transcript: Transcript): void {
    this.bySid.set(transcript.sid, transcript);
    const [oldest] = this.bySid.keys();
    if (oldest && this.bySid.size > KEPT) this.bySid.delete(oldest);
  }

  get(sid: string): Transcript | undefined {
    const transcript = this.bySid.get(sid);
    return transcript?.deletedAt === undefined ? transcript : undefined;
  }

  all(): Transcript[] {
    return this.withDeleted().filter(({ deletedAt }) => deletedAt === undefined);
  }

  of(recording: Recording): Transcript | undefined {
    return this.all().find(({ input }) => input.recording === recording);
  }

  /** With those that were deleted. */
  withDeleted(): Transcript[] {
    return [...this.bySid.values()];
  }

  /** Forgets those that are done or deleted. */
  clearDone(): void {
    for (const { sid, isDone, deletedAt } of this.withDeleted()) {
      if (isDone || deletedAt !== undefined) this.bySid.delete(sid);
    }
  }
}
