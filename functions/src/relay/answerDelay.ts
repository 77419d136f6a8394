/**
 * How long an answer lets the user wait: from the end of the speech to the first audio of the response to it. Pure, and
 * asked at every audio frame.
 */
export class AnswerDelay {
  #stoppedAt: number | undefined;
  /** Since when the audio that comes next is the answer. */
  #answeredSince: number | undefined;

  speechStarted(): void {
    this.#stoppedAt = undefined;
    this.#answeredSince = undefined;
  }

  speechStopped(now: number): void {
    this.#stoppedAt = now;
  }

  /** Audio before this is of an earlier response that was not interrupted. */
  responseCreated(): void {
    this.#answeredSince = this.#stoppedAt;
    this.#stoppedAt = undefined;
  }

  responseDone(): void {
    this.#answeredSince = undefined;
  }

  /** @returns ms that the answer took, at its first audio; undefined at any other */
  audio(now: number): number | undefined {
    if (this.#answeredSince === undefined) return undefined;
    const waited = now - this.#answeredSince;
    this.#answeredSince = undefined;
    return waited;
  }
}
