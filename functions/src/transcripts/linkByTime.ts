import { firstAtLeast } from "./firstAtLeast";
import type { Link } from "./links";
import { onRecording, type RecordingClock } from "./recordingClock";
import type { Utterance } from "./timedWords";

/** Two that begin within so many seconds of each other are the same, whatever was understood. */
const MAX_SECONDS_APART = 1;

/**
 * Links between turns and sentences that have none, where the same speaker began both at the same time: words that one
 * side did not understand at all. Each turn takes the nearest sentence that is left.
 * @param isSpeaker whether a turn's speaker may be on a channel
 */
export function linksByTime(
  turns: readonly Utterance[],
  sentences: readonly Utterance[],
  links: readonly Link[],
  clock: RecordingClock,
  isSpeaker: (turn: Utterance, channel: Utterance["from"]) => boolean,
): Link[] {
  const linkedTurns = new Set(links.map(({ turn }) => turn));
  const taken = new Set(links.map(({ sentence }) => sentence));
  const starts = sentences.map(({ start }) => start);
  return turns.flatMap((turn, index) => {
    if (linkedTurns.has(index) || !mayBeRecorded(turn)) return [];
    const start = onRecording(clock, turn.start);
    let nearest: { sentence: number; apart: number } | undefined;
    for (let at = firstAtLeast(starts, start - MAX_SECONDS_APART); at < starts.length; at += 1) {
      const apart = Math.abs((starts[at] as number) - start);
      if ((starts[at] as number) > start + MAX_SECONDS_APART) break;
      if (taken.has(at) || !isSpeaker(turn, (sentences[at] as Utterance).from)) continue;
      if (apart < (nearest?.apart ?? Number.POSITIVE_INFINITY)) nearest = { sentence: at, apart };
    }
    if (!nearest) return [];
    taken.add(nearest.sentence);
    return [wholly(index, turn, nearest.sentence, sentences[nearest.sentence] as Utterance)];
  });
}

/** What a user said without being understood has no words; what an assistant has none of was not played. */
function mayBeRecorded({ from, tokens }: Utterance): boolean {
  return from === "user" || tokens.length > 0;
}

function wholly(turn: number, { tokens }: Utterance, sentence: number, other: Utterance): Link {
  return {
    turn,
    sentence,
    turnWords: { first: 0, last: tokens.length - 1 },
    sentenceWords: { first: 0, last: other.tokens.length - 1 },
    equal: 0,
    different: Math.min(tokens.length, other.tokens.length),
  };
}
