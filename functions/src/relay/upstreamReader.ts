import { peekType } from "./eventType";
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

/** What reading the model's events leads to. */
export interface ReaderEffects {
  forward(frame: Buffer | string): void;
  handle(event: ServerEvent): void;
  fail(cause: string): void;
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
    if (type !== undefined && !READ_TYPES.has(type) && frame[frame.length - 1] === CLOSING_BRACE) {
      this.effects.forward(frame);
    } else this.#readParsed(frame);
  }

  #readParsed(frame: Buffer): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(frame.toString());
    } catch {
      this.effects.fail("sent what is not JSON");
      return;
    }
    const event = serverEvent.safeParse(parsed);
    // Not ours to read, or of a shape we do not know: the client may understand it.
    if (!event.success) this.effects.forward(frame);
    else this.#readEvent(event.data, frame);
  }

  #readEvent(event: ServerEvent, frame: Buffer): void {
    this.effects.handle(event);
    if (isFatal(event)) {
      if (blamesKey(event)) this.onKeyAtFault();
      this.effects.fail(`reported that it cannot go on in ${event.type}`);
      return;
    }
    if (event.type === "error" && event.error.event_id === this.#configurationId) {
      this.effects.fail("refused the server's configuration");
      return;
    }
    if (event.type === "session.updated") this.#configuringSince = undefined;
    if (event.type === "response.created") this.#responding = true;
    if (event.type === "response.done") this.#responding = false;
    if (tellsOfFailure(event)) this.effects.forward(JSON.stringify(withoutProviderText(event)));
    else this.effects.forward(frame.length > LARGE_FRAME_BYTES ? withoutAudio(event) : frame);
  }
}

function withoutAudio(event: ServerEvent): string {
  return JSON.stringify(event, (name, value: unknown) =>
    name === "audio" && typeof value === "string" ? undefined : value,
  );
}
