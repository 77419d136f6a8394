/** What a client of a WebRTC call may not change: it speaks with the model itself, and can send any event. */
export interface GuardedConfiguration {
  instructions: string;
  max_output_tokens: number;
}

/** So many corrections in a row may come to nothing before they are left: two that insist would never come to an end. */
const MAX_IN_VAIN = 3;

/**
 * Whether a session is still configured as the server has configured it, by what the model tells of it. Pure.
 * Time and cost are bounded whatever a client does; this is for the part that the model plays, and for its record.
 */
export class ConfigurationGuard {
  #inVain = 0;

  constructor(private readonly own: GuardedConfiguration) {}

  /**
   * @param session of a `session.updated`
   * @returns whether the server is to configure it again
   */
  isBroken(session: unknown): boolean {
    if (this.#isOwn(session)) {
      this.#inVain = 0;
      return false;
    }
    this.#inVain += 1;
    return this.#inVain <= MAX_IN_VAIN;
  }

  #isOwn(session: unknown): boolean {
    const { instructions, max_output_tokens, audio } = (session ?? {}) as {
      instructions?: unknown;
      max_output_tokens?: unknown;
      audio?: { input?: { transcription?: unknown } };
    };
    const isCapped = typeof max_output_tokens === "number" && max_output_tokens <= this.own.max_output_tokens;
    const isRecorded = Boolean(audio?.input?.transcription);
    return isCapped && isRecorded && plain(instructions) === plain(this.own.instructions);
  }
}

/** A text whose blanks do not count. */
function plain(text: unknown): string {
  return String(text).replace(/\s+/g, " ").trim();
}
