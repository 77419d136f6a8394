import type { CallerStep } from "../script.js";
import { speechSound, toneSound, wavSound } from "./sounds.js";
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS } from "./ticker.js";

/** What the caller does in one frame of 20 ms; without sound the caller is silent. */
export interface CallerFrame {
  sound?: Buffer;
  /** Begins here and is said for so long. */
  says?: { text: string; ms: number };
  /** Nothing is sent for this frame. */
  lost?: boolean;
  digit?: string;
  act?: "hangUp" | "cutStream";
}

const FRAMES_PER_DIGIT = 100 / FRAME_MS;
const SILENT: CallerFrame = {};

/** Plays the caller's part frame by frame. Pure: time is the stream's, in ms since its start. */
export class Caller {
  private steps: CallerStep[];
  private playing: Iterator<CallerFrame> | undefined;
  private stepEndedAt = 0;
  private replyBegan: number | undefined;
  private replyEnded = 0;

  constructor(steps: CallerStep[]) {
    this.steps = [...steps];
  }

  /** Another stream of the call begins: times count from it, and what was being said is not said again. */
  restart(): void {
    this.playing = undefined;
    this.stepEndedAt = 0;
    this.replyBegan = undefined;
  }

  /** The frame that begins at `ms`, in which the assistant is heard or not. */
  next(ms: number, assistantSpeaks: boolean): CallerFrame {
    if (assistantSpeaks) {
      this.replyBegan ??= ms;
      this.replyEnded = ms + FRAME_MS;
    }
    for (;;) {
      this.playing ??= this.begin(ms, assistantSpeaks);
      if (!this.playing) return SILENT;
      const frame = this.playing.next();
      if (!frame.done) return frame.value;
      this.playing = undefined;
      this.stepEndedAt = ms;
      this.replyBegan = undefined;
    }
  }

  private begin(ms: number, assistantSpeaks: boolean): Iterator<CallerFrame> | undefined {
    const [step] = this.steps;
    if (!step || !this.isDue(step, ms, assistantSpeaks)) return undefined;
    this.steps.shift();
    return framesOf(step);
  }

  private isDue(step: CallerStep, ms: number, assistantSpeaks: boolean): boolean {
    if (step.atMs !== undefined) return ms >= step.atMs;
    if (step.afterMs !== undefined) return ms - this.stepEndedAt >= step.afterMs;
    if (step.intoReplyMs !== undefined) {
      return this.replyBegan !== undefined && ms - this.replyBegan >= step.intoReplyMs;
    }
    if (step.afterReplyMs === undefined) return true;
    return this.replyBegan !== undefined && !assistantSpeaks && ms - this.replyEnded >= step.afterReplyMs;
  }
}

/** The sound that a step says; undefined for one that says nothing. @throws Error for a file that cannot be read */
export function soundOf(step: CallerStep): Buffer | undefined {
  if (step.wav !== undefined) return wavSound(step.wav);
  if (step.tone) return toneSound(step.tone);
  return step.speechMs === undefined ? undefined : speechSound(step.speechMs);
}

function* framesOf(step: CallerStep): Generator<CallerFrame> {
  const sound = soundOf(step);
  if (sound) yield* framesOfSound(sound, step.text);
  for (const digit of step.digits ?? "") {
    yield { digit };
    for (let i = 1; i < FRAMES_PER_DIGIT; i += 1) yield SILENT;
  }
  for (let ms = 0; ms < (step.pauseMediaMs ?? 0); ms += FRAME_MS) yield { lost: true };
  if (step.hangUp) yield { act: "hangUp" };
  if (step.cutStream) yield { act: "cutStream" };
}

function* framesOfSound(sound: Buffer, text: string | undefined): Generator<CallerFrame> {
  for (let at = 0; at < sound.length; at += FRAME_BYTES) {
    const part = sound.subarray(at, at + FRAME_BYTES);
    yield {
      ...(text !== undefined && at === 0 && { says: { text, ms: sound.length / BYTES_PER_MS } }),
      sound: part.length === FRAME_BYTES ? part : Buffer.concat([part], FRAME_BYTES).fill(0xff, part.length),
    };
  }
}
