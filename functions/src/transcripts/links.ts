import type { Utterance } from "./timedWords";
import type { WordRow } from "./wordRow";

/** A sentence holds words of a turn. Words are places among the tokens of each, both ends included. */
export interface Link {
  turn: number;
  sentence: number;
  turnWords: { first: number; last: number };
  sentenceWords: { first: number; last: number };
  /** Pairs of equal and of different words. */
  equal: number;
  different: number;
}

/** A pair of words that differ tells half as much as one of words that do not. */
const WORTH_OF_DIFFERENT = 0.5;
/** So much of the shorter of the two must have been found in the other. */
const MIN_SHARE = 0.4;

/**
 * Which sentences hold words of which turns, out of the pairs of words: where enough of the shorter one is found in the
 * other, and then where enough is found of what the surer links have left of it, as with a sentence run together from the
 * end of one turn and the beginning of the next. Stray pairs make no link.
 * @param pairs as `alignWords` gives them
 */
export function linksOf(
  pairs: Int32Array,
  turnRow: WordRow,
  sentenceRow: WordRow,
  turns: readonly Utterance[],
  sentences: readonly Utterance[],
): Link[] {
  // How many words of each no link has yet.
  const left = {
    turns: turns.map(({ tokens }) => tokens.length),
    sentences: sentences.map(({ tokens }) => tokens.length),
  };
  const shareOf = ({ turn, sentence }: Link, found: number) =>
    found / Math.max(1, Math.min(left.turns[turn] as number, left.sentences[sentence] as number));
  const all = touching(pairs, turnRow, sentenceRow);
  const sure = all.filter(
    (link) => shareOf(link, link.equal + WORTH_OF_DIFFERENT * link.different) >= MIN_SHARE,
  );
  for (const { turn, sentence, turnWords, sentenceWords } of sure) {
    left.turns[turn] = (left.turns[turn] as number) - lengthOf(turnWords);
    left.sentences[sentence] = (left.sentences[sentence] as number) - lengthOf(sentenceWords);
  }
  const isSure = new Set(sure);
  const rest = all.filter((link) => !isSure.has(link) && shareOf(link, link.equal) >= MIN_SHARE);
  return [...sure, ...rest];
}

/** Every turn and sentence that have a pair of words. Pairs go up on both sides, so those of two stand together. */
function touching(pairs: Int32Array, turnRow: WordRow, sentenceRow: WordRow): Link[] {
  const found: Link[] = [];
  for (const [i, j] of pairs.entries()) {
    if (j < 0) continue;
    const turn = turnRow.owners[i] as number;
    const sentence = sentenceRow.owners[j] as number;
    const place = { turn: turnRow.places[i] as number, sentence: sentenceRow.places[j] as number };
    let link = found.at(-1);
    if (link?.turn !== turn || link.sentence !== sentence) {
      link = {
        turn,
        sentence,
        turnWords: { first: place.turn, last: place.turn },
        sentenceWords: { first: place.sentence, last: place.sentence },
        equal: 0,
        different: 0,
      };
      found.push(link);
    }
    link.turnWords.last = place.turn;
    link.sentenceWords.last = place.sentence;
    if (turnRow.words[i] === sentenceRow.words[j]) link.equal += 1;
    else link.different += 1;
  }
  return found;
}

function lengthOf({ first, last }: Link["turnWords"]): number {
  return last - first + 1;
}
