import { RESPONSE_IN_THE_WAY, type ServerEvent } from "../serverEvents";

/** A user who speaks is not interrupted, for so long at most: that speech has stopped may never be told. */
const LONGEST_SPEECH_MS = 10_000;
/** After the user's last word the model answers of its own accord. */
const AFTER_SPEECH_MS = 1_000;
/** A warning that the user cuts off is said once more. */
const MOST_REQUESTS = 3;

/**
 * When the user is told by the model that the time is nearly up: once, at a moment at which nobody speaks. Pure: it is
 * told events and the time.
 */
export class TimeWarning {
  readonly #active = new Set<string>();
  #isSaid: boolean;
  #sentAs: string | undefined;
  /** The response that says it. */
  #responseId: string | undefined;
  /** A request was refused: none is made before a response is done. */
  #isInTheWay = false;
  #heldUntil = 0;
  #requests = 0;

  /**
   * @param endsAt ms since the epoch
   * @param beforeMs so long before that it is said
   * @param wasSaid on an earlier connection
   */
  constructor(
    private readonly endsAt: number,
    private readonly beforeMs: number,
    wasSaid = false,
  ) {
    this.#isSaid = wasSaid;
  }

  get isSaid(): boolean {
    return this.#isSaid;
  }

  handle(event: ServerEvent, now: number): void {
    switch (event.type) {
      case "input_audio_buffer.speech_started":
        this.#heldUntil = now + LONGEST_SPEECH_MS;
        return;
      case "input_audio_buffer.speech_stopped":
        this.#heldUntil = now + AFTER_SPEECH_MS;
        return;
      case "response.created":
        this.#created(event.response);
        return;
      case "response.done":
        this.#done(event.response);
        return;
      case "error":
        this.#refused(event.error);
    }
  }

  /** The connection was lost: what was told last may not hold any more. */
  lost(): void {
    this.#active.clear();
    this.#sentAs = undefined;
    this.#responseId = undefined;
    this.#isInTheWay = false;
  }

  /** @returns the event that makes the model say it, once it is time */
  due(now: number): object | undefined {
    if (this.#isSaid || this.#sentAs !== undefined || this.#isInTheWay) return undefined;
    if (now < this.endsAt - this.beforeMs || now < this.#heldUntil || this.#active.size > 0) return undefined;
    this.#requests += 1;
    if (this.#requests > MOST_REQUESTS) return undefined;
    this.#sentAs = `relay_warning_${this.#requests}`;
    const response = {
      instructions: instructionsFor(this.endsAt - now),
      tool_choice: "none",
      metadata: { request: this.#sentAs },
    };
    return { type: "response.create", event_id: this.#sentAs, response };
  }

  #created(response: Extract<ServerEvent, { type: "response.created" }>["response"]): void {
    if (!response || response.conversation_id === null) return;
    this.#active.add(response.id);
    this.#heldUntil = 0;
    if (this.#sentAs !== undefined && response.metadata?.request === this.#sentAs) {
      this.#responseId = response.id;
    }
  }

  #done({ id, status }: Extract<ServerEvent, { type: "response.done" }>["response"]): void {
    this.#active.delete(id);
    this.#isInTheWay = false;
    if (id !== this.#responseId) return;
    this.#responseId = undefined;
    this.#sentAs = undefined;
    this.#isSaid = status === "completed";
  }

  #refused({ code, event_id }: Extract<ServerEvent, { type: "error" }>["error"]): void {
    if (this.#sentAs === undefined || event_id !== this.#sentAs) return;
    this.#sentAs = undefined;
    if (code === RESPONSE_IN_THE_WAY) this.#isInTheWay = true;
    // Whatever else is wrong with it would be wrong again.
    else this.#isSaid = true;
  }
}

function instructionsFor(leftMs: number): string {
  const left = leftMs > 45_000 ? "in about one minute" : "in a few seconds";
  return (
    `Tell the user now, in one short sentence and in the language of the conversation, that this conversation ends ${left}, ` +
    "so that they can come to a close. Say nothing else."
  );
}
