import { appendLength, appendOf, isWholeSamples } from "./audioFrames";
import type { AudioMode } from "./audioMode";
import {
  type AudioFormats,
  applyPolicy,
  type EventRules,
  type PolicyVerdict,
  type RefusedEvent,
} from "./clientPolicy";
import { isPlainAppend } from "./eventType";
import { MAX_CREATED_ITEMS } from "./limits";

/** What reading a client's messages leads to. */
export interface ClientReaderEffects {
  forward(event: Buffer | string): void;
  refuse(refused: RefusedEvent): void;
}

type Allowed = Extract<PolicyVerdict, { forward: string }>;

/** The bytes that a message counts: raw audio as many as in an event, so that both may be sent equally fast. */
export function weightOf(message: Buffer, isBinary: boolean): number {
  return isBinary ? appendLength(message.length) : message.length;
}

/** Reads a client's messages on their way to the model. Audio, raw or in a plain append, is not parsed. */
export class ClientReader {
  #created = 0;
  /** What raw audio would be taken for by the model. */
  #inputFormat = "audio/pcm";

  /**
   * @param mode where `binary`, the session's audio stays PCM16, as the raw frames are
   * @param rules of a session that has some
   */
  constructor(
    private readonly effects: ClientReaderEffects,
    private readonly mode: AudioMode,
    private readonly rules?: EventRules,
  ) {}

  read(message: Buffer, isBinary: boolean): void {
    if (isBinary) this.#readAudio(message);
    else if (isPlainAppend(message)) this.effects.forward(message);
    else this.#readEvent(message);
  }

  #readAudio(audio: Buffer): void {
    if (audio.length === 0) return;
    const refuse = (message: string) => this.effects.refuse({ code: "invalid_audio", message });
    if (!isWholeSamples(audio)) {
      refuse("A binary frame holds samples of 2 bytes: its length must be even.");
    } else if (this.#inputFormat !== "audio/pcm") {
      refuse(`The session's input format is ${this.#inputFormat}: binary frames are audio/pcm.`);
    } else this.effects.forward(appendOf(audio));
  }

  #readEvent(message: Buffer): void {
    const verdict = applyPolicy(message, this.rules);
    const refused = "refuse" in verdict ? verdict.refuse : this.#refusal(verdict);
    if (refused) this.effects.refuse(refused);
    else if ("forward" in verdict) {
      this.#inputFormat = verdict.formats?.input ?? this.#inputFormat;
      if (verdict.tools) this.rules?.declared(verdict.tools);
      this.effects.forward(verdict.forward);
    }
  }

  /** What the policy allows, and this connection does not. */
  #refusal({ type, eventId, formats }: Allowed): RefusedEvent | undefined {
    if (type === "conversation.item.create" && ++this.#created > MAX_CREATED_ITEMS) {
      return {
        code: "too_many_items",
        message: "This conversation has as many items as it may have.",
        eventId,
      };
    }
    const side = this.mode === "binary" ? otherThanPcm(formats) : undefined;
    if (!side) return undefined;
    const param = `session.audio.${side}.format`;
    return {
      code: "invalid_event",
      message: `${param}: must be audio/pcm on a socket with ?audio=binary`,
      param,
      eventId,
    };
  }
}

function otherThanPcm(formats: AudioFormats = {}): "input" | "output" | undefined {
  return (["input", "output"] as const).find((side) => (formats[side] ?? "audio/pcm") !== "audio/pcm");
}
