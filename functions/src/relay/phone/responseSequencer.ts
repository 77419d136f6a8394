import { RESPONSE_IN_THE_WAY } from "../serverEvents";
import type { ClientEvent } from "./bridgeEvents";

/** A create that is neither answered nor refused for so long was lost. */
const ANSWER_WITHIN_MS = 5_000;
/** After the caller's last word the model answers of its own accord; a response waits for that. */
const AFTER_SPEECH_MS = 1_000;
/** Before a refused create is sent again where nothing is known to be in its way. */
const RETRY_AFTER_MS = 500;

/** A response that the bridge wants. */
export interface ResponseRequest {
  /** In place of the session's. */
  instructions?: string;
  /** The last words of a call: neither speech holds them back nor are they given up for it. */
  isFarewell?: boolean;
}

interface Wanted extends ResponseRequest {
  /** The caller has spoken since: what the model answers to that answers this as well. */
  isCovered: boolean;
  /** The id of the create that was refused. */
  refusedAs?: string;
}

/**
 * Sees to it that no response is asked for while another is active: the model would refuse it. It also creates
 * responses of its own accord, at the end of the caller's speech. Pure.
 */
export class ResponseSequencer {
  readonly #active = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #cancelled = new Set<string>();
  #wanted: Wanted | undefined;
  /** A create that was neither answered nor refused yet. */
  #sent: { id: string; wanted: Wanted; at: number } | undefined;
  #creates = 0;
  #farewellId: string | undefined;
  #isSpeaking = false;
  #isClosing = false;
  #heldUntil = 0;
  #retryAt = 0;

  /** Whether the model is saying something that is to be heard. */
  get isGenerating(): boolean {
    return [...this.#active].some((id) => !this.#cancelled.has(id));
  }

  /** Nothing is being said, asked for or wanted. */
  get isIdle(): boolean {
    return this.#active.size === 0 && !this.#sent && !this.#wanted;
  }

  isCancelled(responseId: string | undefined): boolean {
    return responseId !== undefined && this.#cancelled.has(responseId);
  }

  /** Asks for a response once nothing stands against it; one that waits already is the same, but for a farewell. */
  want(request: ResponseRequest): void {
    if (!request.isFarewell && (this.#wanted || this.#isClosing)) return;
    this.#wanted = { ...request, isCovered: this.#isSpeaking };
  }

  /** The call comes to its end: nothing but a farewell is said from now on. */
  close(): void {
    this.#isClosing = true;
    this.#wanted = undefined;
  }

  /** The create whose time has come, if any: it counts as sent. */
  take(now: number): ClientEvent | undefined {
    const wanted = this.#wanted;
    if (!wanted || this.#sent || this.#active.size > 0 || now < this.#retryAt) return undefined;
    if (!wanted.isFarewell && (this.#isSpeaking || now < this.#heldUntil)) return undefined;
    this.#creates += 1;
    const id = `phone_${this.#creates}`;
    const { instructions, isFarewell } = wanted;
    this.#sent = { id, wanted, at: now };
    this.#wanted = undefined;
    return {
      type: "response.create",
      event_id: id,
      response: {
        metadata: { request: id },
        ...(instructions === undefined ? {} : { instructions }),
        ...(isFarewell ? { tool_choice: "none" as const } : {}),
      },
    };
  }

  /**
   * A response has begun.
   * @param request as the response's metadata tell it: none where the model answers of its own accord
   * @returns whether it is to be cancelled: it comes while the caller speaks, or after the farewell
   */
  created(responseId: string, request: unknown): boolean {
    if (this.#finished.has(responseId) || this.#active.has(responseId)) return false;
    this.#active.add(responseId);
    const sent = request !== undefined && this.#sent?.id === request ? this.#sent : undefined;
    if (sent) this.#sent = undefined;
    else if (this.#wanted?.isCovered && !this.#wanted.isFarewell) this.#wanted = undefined;
    // It was taken for refused.
    if (request !== undefined && this.#wanted?.refusedAs === request) this.#wanted = undefined;
    if (sent?.wanted.isFarewell) {
      this.#farewellId = responseId;
      return false;
    }
    return this.#isClosing || (sent !== undefined && this.#isSpeaking);
  }

  /** @returns what is over with it; undefined where that is no news */
  done(responseId: string): "farewell" | "other" | undefined {
    if (this.#finished.has(responseId)) return undefined;
    this.#finished.add(responseId);
    this.#active.delete(responseId);
    return responseId === this.#farewellId ? "farewell" : "other";
  }

  /** The model reports an error. @param eventId the event it is about, where it says so */
  failed(code: string | undefined, eventId: string | undefined, now: number): void {
    const sent = this.#sent;
    if (!sent || (eventId ?? sent.id) !== sent.id) return;
    const isInTheWay = code === RESPONSE_IN_THE_WAY;
    // An error about nothing in particular is not about this create.
    if (!isInTheWay && eventId === undefined) return;
    this.#sent = undefined;
    if (!isInTheWay || (this.#isClosing && !sent.wanted.isFarewell)) return;
    if (this.#active.size === 0) this.#retryAt = now + RETRY_AFTER_MS;
    // What is in the way answers what the caller has said.
    else if (sent.wanted.isCovered && !sent.wanted.isFarewell) return;
    this.#wanted ??= { ...sent.wanted, refusedAs: sent.id };
  }

  speechStarted(): void {
    this.#isSpeaking = true;
    if (this.#wanted) this.#wanted.isCovered = true;
  }

  /**
   * The model answers of its own accord, unless a response was active at that moment, if only one that was being
   * cancelled: then it is asked to. https://developers.openai.com/api/docs/guides/realtime-vad
   */
  speechStopped(now: number): void {
    this.#isSpeaking = false;
    this.#heldUntil = now + AFTER_SPEECH_MS;
    this.want({});
    if (this.#wanted) this.#wanted.isCovered = true;
  }

  /** Cancels what is active. @returns the responses that are to be cancelled, each once */
  cancel(): string[] {
    const ids = [...this.#active].filter((id) => !this.#cancelled.has(id));
    for (const id of ids) this.#cancelled.add(id);
    return ids;
  }

  tick(now: number): void {
    if (this.#sent && now - this.#sent.at > ANSWER_WITHIN_MS) this.#sent = undefined;
  }
}
