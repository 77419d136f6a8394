import type { Link } from "./links";
import type { TwilioSentence } from "./sources";
import { type Utterance, usualSeconds } from "./timedWords";

/** What of a sentence belongs to one turn: all of it, unless other turns have their part in it. */
export interface SentencePart {
  link: Link;
  text: string;
  /** Seconds of the recording's clock. */
  start: number;
  end: number;
  confidence: number | null;
}

/**
 * Divides sentences among the turns whose words they hold: the words in between go with those before them. Where no word
 * is timed, the pause is taken to be where one turn ends and the next begins.
 * @param utterances the same sentences, word by word
 * @returns for each turn its parts, by time
 */
export function sentenceParts(
  links: readonly Link[],
  sentences: readonly TwilioSentence[],
  utterances: readonly Utterance[],
): Map<number, SentencePart[]> {
  const parts = new Map<number, SentencePart[]>();
  for (const [index, shared] of Map.groupBy(links, ({ sentence }) => sentence)) {
    const inOrder = shared.sort((a, b) => a.sentenceWords.first - b.sentenceWords.first);
    for (const part of divided(inOrder, sentences[index] as TwilioSentence, utterances[index] as Utterance)) {
      parts.set(part.link.turn, [...(parts.get(part.link.turn) ?? []), part]);
    }
  }
  for (const ofTurn of parts.values()) ofTurn.sort((a, b) => a.start - b.start);
  return parts;
}

function divided(links: readonly Link[], sentence: TwilioSentence, { tokens, ...timed }: Utterance) {
  const { text, confidence } = sentence;
  const begins = links.map(({ sentenceWords }, n) => (n === 0 ? 0 : sentenceWords.first));
  const starts = begins.map((first, n) =>
    n === 0
      ? sentence.start
      : within(sentence.end - usualSeconds(tokens.slice(first)), timed.earliest[first], timed.latest[first]),
  );
  return links.map((link, n): SentencePart => {
    const first = begins[n] as number;
    const next = begins[n + 1];
    const start = starts[n] as number;
    const following = starts[n + 1] ?? sentence.end;
    const needed = start + usualSeconds(tokens.slice(first, next));
    return {
      link,
      text: text
        .slice(n === 0 ? 0 : tokens[first]?.start, next === undefined ? undefined : tokens[next]?.start)
        .trim(),
      start,
      end: next === undefined ? sentence.end : Math.max(start, Math.min(needed, following)),
      confidence,
    };
  });
}

function within(value: number, least = value, most = value): number {
  return Math.max(least, Math.min(most, value));
}
