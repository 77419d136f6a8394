/** Scripts whose words stand side by side without spaces. */
const SPACELESS_SCRIPTS = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
  .map((script) => `\\p{Script=${script}}`)
  .join("");
const SPACELESS = new RegExp(`[${SPACELESS_SCRIPTS}]`, "v");
const LETTERS = `[[\\p{L}\\p{N}\\p{M}]--[${SPACELESS_SCRIPTS}]]+`;
/** One sign of such a script with its marks, or a whole word of any other: `don't`, `3.50` and `well-known` are one. */
const TOKEN = new RegExp(`[${SPACELESS_SCRIPTS}]\\p{M}*|${LETTERS}(?:['’.,\\-]${LETTERS})*`, "gv");
const BETWEEN_LETTERS = /['’.,-]/g;

// One for all languages: dictionaries go by the script.
const WORDS = new Intl.Segmenter("en", { granularity: "word" });
const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** A word of a text for comparing: in Chinese, Japanese, Thai and the like, one sign of it. */
export interface Token {
  /** As it is compared: lower case, without what is between its letters. */
  word: string;
  /** Where it stands in the text, in UTF-16 units; the end is behind it. */
  start: number;
  end: number;
  /** How long saying it takes as a rule, in seconds. */
  seconds: number;
}

/** The words of a text in order. */
export function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: written, index }) => ({
    word: written.normalize("NFKC").toLowerCase().replace(BETWEEN_LETTERS, ""),
    start: index,
    end: index + written.length,
    seconds: secondsOf(written),
  }));
}

/** How many words a reader would count; in scripts without spaces, as the dictionary has them. */
export function countWords(text: string): number {
  if (!SPACELESS.test(text)) return text.match(TOKEN)?.length ?? 0;
  let count = 0;
  for (const { isWordLike } of WORDS.segment(text)) if (isWordLike) count += 1;
  return count;
}

/** How many sentences with words in them. */
export function countSentences(text: string): number {
  let count = 0;
  for (const { segment } of SENTENCES.segment(text)) if (/[\p{L}\p{N}]/u.test(segment)) count += 1;
  return count;
}

/** Whether two texts have the same words, punctuation and case aside. */
export function saysTheSame(a: string, b: string): boolean {
  return a === b || bareWords(a) === bareWords(b);
}

function bareWords(text: string): string {
  return tokensOf(text)
    .map(({ word }) => word)
    .join(" ");
}

/** English is spoken at some 2.7 words a second, Chinese at some 4.5 signs. */
function secondsOf(written: string): number {
  return SPACELESS.test(written) ? 0.22 : 0.12 + 0.05 * Math.min(written.length, 20);
}
