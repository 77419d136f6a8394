import { bytesFor } from "./pcm";

const FRAME_MS = 20;
const FRAME_BYTES = bytesFor(FRAME_MS);

interface Speech {
  audio: Buffer;
  sent: number;
  /** Told when the last of it has been sent, on the clock of `performance.now()`. */
  onEnd(endedAt: number): void;
}

/**
 * A microphone that hears the recording: a frame of 20 ms each 20 ms, silence while nobody speaks. Frames go by the
 * clock, not one after the other, so that a late timer does not slow the recording down.
 */
export class Microphone {
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #frames = 0;
  #speech: Speech | undefined;

  /** @param send takes a frame of PCM16 at 24 kHz */
  constructor(private readonly send: (frame: Buffer) => void) {
    this.#timer = setInterval(() => this.#catchUp(), FRAME_MS / 2);
  }

  /** Speaks into it; resolves with the moment at which the last word was over. */
  speak(audio: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#speech = { audio, sent: 0, onEnd: resolve };
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #catchUp(): void {
    while ((this.#frames + 1) * FRAME_MS <= performance.now() - this.#startedAt) {
      this.#frames += 1;
      this.send(this.#nextFrame());
    }
  }

  #nextFrame(): Buffer {
    const frame = Buffer.alloc(FRAME_BYTES);
    const speech = this.#speech;
    if (!speech) return frame;
    speech.sent += speech.audio.copy(frame, 0, speech.sent, speech.sent + FRAME_BYTES);
    if (speech.sent >= speech.audio.length) {
      this.#speech = undefined;
      speech.onEnd(performance.now());
    }
    return frame;
  }
}
