import { Playout } from "./playout.js";
import { logMark, logSound, type MarkView, type StreamLog } from "./streamLog.js";
import { BYTES_PER_MS, FRAME_BYTES } from "./ticker.js";

/** What the assistant's sound needs of its stream. */
interface Surroundings {
  log: StreamLog;
  /** Time since the stream began, in ms. */
  now: () => number;
  /** Tells the application of a mark. */
  echo: (name: string) => void;
  /** Keeps what is heard: `ms` since the stream began, and bytes from there. */
  keep: (ms: number, offset: number, sound: Buffer) => void;
}

/** The application's side of a stream: what it sent, played to the caller in real time, and its marks. */
export class Assistant {
  readonly playout = new Playout<MarkView>();
  /** What is being played: its bytes, and the marks that are reached when its 20 ms are over. */
  private playing: { bytes: number; marks: MarkView[] } = { bytes: 0, marks: [] };

  constructor(private readonly around: Surroundings) {}

  /** Whether anything is heard in the frame that plays. */
  get isHeard(): boolean {
    return this.playing.bytes > 0;
  }

  push(sound: Buffer): void {
    this.playout.push(sound, this.around.now());
  }

  mark(name: string): void {
    const receivedAtMs = this.around.now();
    const mark = logMark(this.around.log, { name, receivedAtMs, atByte: this.playout.received });
    if (!this.playout.mark(mark, receivedAtMs)) return;
    if (this.isHeard) this.playing.marks.push(mark);
    else this.echo(mark, false);
  }

  clear(): void {
    const { bytes, marks } = this.playout.clear();
    this.echoReached();
    const [atMs, playedBytes] = [this.around.now(), this.playout.played];
    this.around.log.clears.push({ atMs, playedBytes, clearedBytes: bytes, marks: marks.length });
    for (const mark of marks) this.echo(mark, true);
  }

  /** The frame that played is over, and the one from `ms` on begins. */
  nextFrame(ms: number): void {
    this.echoReached();
    const { audio, marks } = this.playout.play(FRAME_BYTES, ms);
    let bytes = 0;
    for (const part of audio) {
      this.around.keep(ms, bytes, part);
      bytes += part.length;
    }
    if (bytes > 0) logSound(this.around.log.heard, ms, ms + bytes / BYTES_PER_MS);
    this.playing = { bytes, marks };
  }

  private echoReached(): void {
    for (const mark of this.playing.marks.splice(0)) this.echo(mark, false);
  }

  private echo(mark: MarkView, cleared: boolean): void {
    Object.assign(mark, { echoedAtMs: this.around.now(), playedBytes: this.playout.played, cleared });
    this.around.echo(mark.name);
  }
}
