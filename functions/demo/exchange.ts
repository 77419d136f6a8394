import type { CutOff } from "./speaker";

/** One turn of the user and the assistant's answer, as the client saw them. Times are of `performance.now()`. */
export interface Exchange {
  /** The user's item, from the moment at which the model heard speech. */
  userItemId: string;
  /** What the model understood. */
  heard: string | undefined;
  /** When the last word was over; unknown while it is spoken. */
  spokenUntil: number | undefined;
  assistantItemId: string | undefined;
  /** When the first audio of the answer came. */
  firstAudioAt: number | undefined;
  /** The answer's words, as far as they came. */
  answer: string;
  /** How much audio of the answer came. */
  answerMs: number;
  isAnswered: boolean;
  /** Where the user cut the answer off. */
  cutOff: CutOff | undefined;
}

export function newExchange(userItemId: string): Exchange {
  return {
    userItemId,
    heard: undefined,
    spokenUntil: undefined,
    assistantItemId: undefined,
    firstAudioAt: undefined,
    answer: "",
    answerMs: 0,
    isAnswered: false,
    cutOff: undefined,
  };
}

/** From the end of the user's speech to the first audio of the answer. */
export function latencyMs({ spokenUntil, firstAudioAt }: Exchange): number | undefined {
  return spokenUntil === undefined || firstAudioAt === undefined ? undefined : firstAudioAt - spokenUntil;
}
