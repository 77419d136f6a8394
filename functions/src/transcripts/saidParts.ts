import { type ConversationTurn, spokenText } from "./conversation";
import { oneLine } from "./plainText";

/** A turn as a reader is shown it, each part on one line. */
export interface SaidParts {
  /** What was said and heard; empty where nothing was. */
  heard: string;
  /** What the assistant meant to say and nobody heard. */
  unheard: string;
  /** In a few words why there is a part that was not heard; undefined where there is none. */
  note: string | undefined;
}

/** A turn in the parts in which it is shown. */
export function saidParts(turn: ConversationTurn): SaidParts {
  const { heard, text } = turn;
  const spoken = spokenText(turn);
  return {
    heard: oneLine(spoken),
    unheard: oneLine(text.slice(spoken.length)),
    note: noteOn(heard),
  };
}

function noteOn(heard: ConversationTurn["heard"]): string | undefined {
  if (!heard || heard.state === "heard") return undefined;
  if (heard.state === "never_played") return "never played";
  return heard.seconds === null ? "cut off" : `cut off after ${heard.seconds.toFixed(1)} s`;
}
