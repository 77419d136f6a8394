import { Randomness } from "./randomness";

/** What people say again and again on the phone. */
const SHORT = [
  "Yes.",
  "Yes.",
  "Yes.",
  "Okay.",
  "Okay.",
  "No.",
  "Right.",
  "Sure.",
  "Mm-hm.",
  "Thank you.",
  "Of course.",
  "I see.",
  "Yes please.",
  "That's fine.",
  "Okay, great.",
];

const COMMON =
  `the to and you a I that it of in is we for have on do what be can with this not are so just at your would know
  like if my there how about or one will but out get when up from they me time all an was more see well them need go as
  think okay could call our by take don't some been which good then who right had day here him now other than want make
  only its over also back after use two work first way even new because any give most us phone morning number name email
  next week today tomorrow please help check sure send order account price`.split(/\s+/);

const SYLLABLES =
  "ba be bi bo co da de di do fa fe fi ga go ha he ka ke la le li lo ma me mi mo na ne no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi vo".split(
    " ",
  );

/** Talk of one conversation: few words that are very frequent, many that are rare, as in speech. */
export class SpokenWords {
  readonly #rare: string[];

  constructor(private readonly random: Randomness) {
    // A vocabulary is that of a language, not of one conversation.
    const language = new Randomness(7);
    this.#rare = Array.from({ length: 3_000 }, () =>
      Array.from({ length: language.integer(2, 4) }, () => language.of(SYLLABLES)).join(""),
    );
  }

  /** A word, the frequent ones more often. */
  word(): string {
    if (this.random.chance(0.7)) return COMMON[Math.floor(COMMON.length * this.random.next() ** 2)] ?? "the";
    return this.#rare[Math.floor(this.#rare.length * this.random.next() ** 2)] ?? "la";
  }

  short(): string {
    return this.random.of(SHORT);
  }

  sentence(): string {
    const words = Array.from({ length: this.random.integer(3, 16) }, () => this.word());
    const text = words.join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${this.random.chance(0.25) ? "?" : "."}`;
  }

  /** What is written for a word that was not understood: another, one that sounds like it, none, or two. */
  misheard(word: string): string {
    const kind = this.random.next();
    if (kind < 0.4) return this.word();
    if (kind < 0.8) return this.#alike(word);
    return kind < 0.9 ? "" : `${word} ${this.word()}`;
  }

  #alike(word: string): string {
    const at = this.random.integer(0, Math.max(0, word.length - 1));
    return `${word.slice(0, at)}${this.random.of([..."aeiounrst"])}${word.slice(at + 1)}`;
  }
}
