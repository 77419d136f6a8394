import { audioBytes, BYTES_PER_MS } from "./muLaw";

/** Audio that waits for the model: what is older is of no use in a conversation. */
const MAX_WAITING_BYTES = 5_000 * BYTES_PER_MS;
/** Without media for so long in the midst of speech, the model waits for an end of speech that never comes. */
const GAP_MS = 750;
/** Twilio sends media all the time: without any for so long, there is no call any more. */
const LOST_MS = 30_000;

/** The caller's audio on its way to the model, and the gaps in it. Pure. */
export class InboundAudio {
  #waiting: Buffer[] | undefined = [];
  #waitingBytes = 0;
  #isSpeaking = false;
  #isPadded = false;
  #heardAt: number;
  /** Media came since the clock was looked at. */
  #isFresh = false;

  constructor(now: number) {
    this.#heardAt = now;
  }

  /** @returns whether the audio may go on to the model; else it waits here */
  media(payload: Buffer): boolean {
    this.#isFresh = true;
    this.#isPadded = false;
    if (!this.#waiting) return true;
    // A copy, for a piece of what the socket has read would keep the whole of it.
    this.#waiting.push(Buffer.from(payload));
    this.#waitingBytes += audioBytes(payload);
    while (this.#waitingBytes > MAX_WAITING_BYTES) {
      const oldest = this.#waiting.shift();
      this.#waitingBytes -= oldest ? audioBytes(oldest) : this.#waitingBytes;
    }
    return false;
  }

  /** The model listens from now on. @returns what has waited for it */
  release(): Buffer[] {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    return waiting;
  }

  speechStarted(): void {
    this.#isSpeaking = true;
    this.#isPadded = false;
  }

  speechStopped(): void {
    this.#isSpeaking = false;
  }

  /** @returns `gap`, once, where silence must stand in for what does not come; `lost` where nothing comes any more */
  tick(now: number): "gap" | "lost" | undefined {
    if (this.#isFresh) {
      this.#isFresh = false;
      this.#heardAt = now;
    }
    const silentMs = now - this.#heardAt;
    if (silentMs >= LOST_MS) return "lost";
    if (!this.#isSpeaking || this.#isPadded || silentMs < GAP_MS) return undefined;
    this.#isPadded = true;
    return "gap";
  }
}
