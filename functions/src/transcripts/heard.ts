import type { Heard } from "./conversation";
import type { RelayTurn } from "./sources";
import { FASTEST_PACE, SLOWEST_PACE, USUAL_PACE } from "./timedWords";
import { type Token, tokensOf } from "./words";

/** Marks that close what stands before them: they go with the last word that was heard. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}"']+/u;

/**
 * What was heard of an assistant's turn. The time at which it was cut off is known, the word is judged by it: by the last
 * that the recording has, where that can be, else by how long words take.
 * @param lastRecorded the place, among its words, of the last that the recording has
 */
export function heardOf(turn: RelayTurn, lastRecorded: number | undefined): Heard {
  const { content } = turn;
  if (!turn.interrupted) return { state: "heard" };
  if (turn.heardMs === 0) return { state: "never_played" };
  // It was cut off while the model was still speaking: more than what there is of it nobody could hear.
  if (turn.heardMs === undefined) return cutOff(content, content.length, null);
  const seconds = turn.heardMs / 1_000;
  const tokens = tokensOf(content);
  const words = wordsWithin(tokens, seconds, lastRecorded);
  if (words === tokens.length) return cutOff(content, content.length, seconds);
  const end = tokens[words - 1]?.end ?? 0;
  const closing = end && (CLOSING.exec(content.slice(end))?.[0].length ?? 0);
  return cutOff(content, end + closing, seconds);
}

function cutOff(content: string, characters: number, seconds: number | null): Heard {
  return { state: "cut_off", seconds, characters, text: content.slice(0, characters) };
}

/** How many words were said whole within so many seconds. */
function wordsWithin(tokens: readonly Token[], seconds: number, lastRecorded: number | undefined): number {
  const atPace = (pace: number) => {
    let passed = 0;
    const beyond = tokens.findIndex((token) => {
      passed += pace * token.seconds;
      return passed > seconds;
    });
    return beyond < 0 ? tokens.length : beyond;
  };
  const recorded = lastRecorded === undefined ? -1 : lastRecorded + 1;
  const canBe = recorded >= atPace(SLOWEST_PACE) && recorded <= atPace(FASTEST_PACE);
  return canBe ? recorded : atPace(USUAL_PACE);
}
