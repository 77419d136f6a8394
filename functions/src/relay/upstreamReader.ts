import { AnswerDelay } from "./answerDelay";
import { AUDIO_TYPE, peekType } from "./eventType";
import type { RelayLimits } from "./limits";
import {
  blamesKey,
  isFatal,
  READ_TYPES,
  type ServerEvent,
  serverEvent,
  tellsOfFailure,
  withoutProviderText,
} from "./serverEvents";
import type { UpstreamFailure } from "./upstreamFailure";

/** What reading the model's events leads to. */
export interface ReaderEffects {
  forward(frame: Buffer | string): void;
  /** Takes the place of `forward` for an event of the model's audio. */
  audio(frame: Buffer): void;
  handle(event: ServerEvent): void;
  /** @param about what the log is told beside it, of the relay's own words */
  fail(failure: UpstreamFailure, about?: Record<string, string>): void;
  /** The first audio of an answer has come, so long after the end of the speech that it answers. */
  answered(delayMs: number): void;
}

const CLOSING_BRACE = 0x7d;
// A retrieved item carries its whole audio: more than a client's queue may hold.
const LARGE_FRAME_BYTES = 512 * 1_024;

/**
 * Reads the model's events on their way to the client. Only those that the relay must understand are parsed; audio is
 * recognised by its first bytes and forwarded as it came.
 */
export class UpstreamReader {
  /** Told before the failure where the model says that the account or the key is at fault. */
  onKeyAtFault: () => void = () => {};
  /** Since when the model owes its consent to the server's configuration. */
  #configuringSince: number | undefined;
  #configurationId: string | undefined;
  #responding = false;
  #heardAt = 0;
  readonly #answerDelay = new AnswerDelay();

  constructor(private readonly effects: ReaderEffects) {}

  /** The server's configuration was sent, as event `id`: from now on the model owes `session.updated`. */
  expectConfigured(now: number, id: string): void {
    this.#configuringSince = now;
    this.#configurationId = id;
  }

  /** The model is not read from: that nothing is heard of it says nothing. */
  notReading(now: number): void {
    this.#heardAt = now;
  }

  /** Whether the model should have said something by now and has not. */
  isOverdue(now: number, limits: Pick<RelayLimits, "upstreamHandshakeMs" | "upstreamSilenceMs">): boolean {
    const since = this.#configuringSince;
    if (since !== undefined) return now - since > limits.upstreamHandshakeMs;
    return this.#responding && now - this.#heardAt > limits.upstreamSilenceMs;
  }

  read(frame: Buffer, now: number): void {
    this.#heardAt = now;
    const type = peekType(frame);
    if (type === undefined || READ_TYPES.has(type) || frame[frame.length - 1] !== CLOSING_BRACE) {
      this.#readParsed(frame);
    } else if (type === AUDIO_TYPE) this.#audio(frame);
    else this.effects.forward(frame);
  }

  #audio(frame: Buffer): void {
    const delayMs = this.#answerDelay.audio(this.#heardAt);
    if (delayMs !== undefined) this.effects.answered(delayMs);
    this.effects.audio(frame);
  }

  #readParsed(frame: Buffer): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(frame.toString());
    } catch {
      this.effects.fail("malformed");
      return;
    }
    const event = serverEvent.safeParse(parsed);
    // Not ours to read, or of a shape we do not know: the client may understand it.
    if (event.success) this.#readEvent(event.data, frame);
    else if (typeOf(parsed) === AUDIO_TYPE) this.#audio(frame);
    else this.effects.forward(frame);
  }

  #readEvent(event: ServerEvent, frame: Buffer): void {
    this.effects.handle(event);
    if (isFatal(event)) {
      if (blamesKey(event)) this.onKeyAtFault();
      this.effects.fail("fatal_error", { event: event.type });
      return;
    }
    if (event.type === "error" && event.error.event_id === this.#configurationId) {
      this.effects.fail("configuration_refused");
      return;
    }
    this.#follow(event);
    if (tellsOfFailure(event)) this.effects.forward(JSON.stringify(withoutProviderText(event)));
    else this.effects.forward(frame.length > LARGE_FRAME_BYTES ? withoutAudio(event) : frame);
  }

  #follow({ type }: ServerEvent): void {
    switch (type) {
      case "session.updated":
        this.#configuringSince = undefined;
        return;
      case "input_audio_buffer.speech_started":
        this.#answerDelay.speechStarted();
        return;
      case "input_audio_buffer.speech_stopped":
        this.#answerDelay.speechStopped(this.#heardAt);
        return;
      case "response.created":
        this.#responding = true;
        this.#answerDelay.responseCreated();
        return;
      case "response.done":
        this.#responding = false;
        this.#answerDelay.responseDone();
    }
  }
}

function typeOf(parsed: unknown): unknown {
  return (parsed as { type?: unknown } | null)?.type;
}

function withoutAudio(event: ServerEvent): string {
  return JSON.stringify(event, (name, value: unknown) =>
    name === "audio" && typeof value === "string" ? undefined : value,
  );
}
