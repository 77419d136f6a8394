import { type AssistantAnswer, fetchAssistant, type VapiAccess } from "../providers/vapi";
import { ASK_MS, AWAY_SECONDS, FOUND_AT_MOST_SECONDS, FOUND_SECONDS, WRONG_SECONDS } from "./limits";

/** How long an answer is taken for good, in seconds. */
const HOLDS_SECONDS: Readonly<Record<AssistantAnswer["kind"], number>> = {
  found: FOUND_SECONDS,
  missing: WRONG_SECONDS,
  refused: WRONG_SECONDS,
  unavailable: AWAY_SECONDS,
};

/** What an instance knows of one assistant, so that Vapi is asked rarely, and by one at a time. */
export class AssistantMemory {
  #last: { answer: AssistantAnswer; at: number } | undefined;
  #foundAt: number | undefined;
  #asking: Promise<AssistantAnswer> | undefined;

  constructor(
    private readonly access: VapiAccess,
    private readonly assistantId: string,
    private readonly now: () => number,
  ) {}

  /**
   * Whether the assistant is there: as it was known a while ago, or as Vapi answers now. Where Vapi does not answer, one
   * that was found within the hour is still taken to be there. Takes `ASK_MS` at most; 1 request, or none.
   */
  async answer(): Promise<AssistantAnswer> {
    const known = this.#last;
    if (known && this.#isWithin(known.at, HOLDS_SECONDS[known.answer.kind]))
      return this.#orFoundBefore(known.answer);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#orFoundBefore(await this.#asking);
  }

  async #ask(): Promise<AssistantAnswer> {
    const answer = await fetchAssistant(this.access, this.assistantId, ASK_MS);
    const at = this.now();
    this.#last = { answer, at };
    if (answer.kind === "found") this.#foundAt = at;
    // What Vapi says is not there is not taken to be there later.
    else if (answer.kind !== "unavailable") this.#foundAt = undefined;
    return answer;
  }

  #orFoundBefore(answer: AssistantAnswer): AssistantAnswer {
    const isKnown = this.#foundAt !== undefined && this.#isWithin(this.#foundAt, FOUND_AT_MOST_SECONDS);
    return answer.kind === "unavailable" && isKnown ? { kind: "found" } : answer;
  }

  #isWithin(at: number, seconds: number): boolean {
    return this.now() - at < seconds * 1_000;
  }
}
