import type { Ending } from "./farewell";

/** What the model is told beyond its session's instructions, at moments of a call; each is whole, to replace them. */
export interface PhonePrompts {
  /** For the whole call. */
  session: string;
  /** For the first response after the line was lost for a moment. */
  resume: string;
  /** For the last words of a call. */
  farewell: Record<Ending, string>;
}

const ON_THE_PHONE =
  "You are on a phone call: the person hears you and sees nothing. Speak first. Say one thing at a time, in short " +
  "sentences, without lists, links or symbols. Keys that the caller presses are told to you in brackets. When the " +
  "conversation is over, or the caller wants to go, say goodbye and call end_call. When the person wants no more calls, " +
  "call opt_out, then tell them that it is noted.";
const TO_A_HUMAN =
  "When the caller asks for a human, say that you are connecting them and call transfer_to_human.";
const RESUME =
  "The line was interrupted for a moment and is back. Say so in a few words and go on where the conversation was. " +
  "Do not greet again.";
const FAREWELL: Record<Ending, string> = {
  assistant: "The call ends now. Say one short goodbye and nothing else.",
  transferred:
    "The caller is now connected to a human. Say in one short sentence that they are, and nothing else.",
  spent:
    "The time for this call is used up. Say in one short sentence that you have to end it now, and goodbye.",
  voicemail:
    "An answering machine has taken the call, its tone has sounded and it records you. Leave one message: what your " +
    "instructions say for this case, or else, in at most three short sentences, who you are and that you will call " +
    "again. Say nothing that only the person called should hear. Ask nothing, and wait for no answer.",
};

/** @param instructions the session's own */
export function phonePrompts(instructions: string, canTransfer: boolean): PhonePrompts {
  const session = [instructions, ON_THE_PHONE, ...(canTransfer ? [TO_A_HUMAN] : [])].join("\n\n");
  const now = (what: string) => `${session}\n\n${what}`;
  return {
    session,
    resume: now(RESUME),
    farewell: {
      assistant: now(FAREWELL.assistant),
      transferred: now(FAREWELL.transferred),
      voicemail: now(FAREWELL.voicemail),
      spent: now(FAREWELL.spent),
    },
  };
}
