import { newSid } from "../ids.js";

/** A word and when it was said, in seconds since the recording began. */
export interface Word {
  word: string;
  start: number | null;
  end: number | null;
}

/** A sentence of a transcript; times are seconds since the recording began. */
export interface Sentence {
  sid: string;
  channel: number;
  start: number | null;
  end: number | null;
  text: string;
  redactedText?: string | undefined;
  /** 0 to 1. */
  confidence: number | null;
  words: Word[] | null;
}

export function newSentence(sentence: Omit<Sentence, "sid" | "words"> & { words?: Word[] | null }): Sentence {
  const { text, start, end, words } = sentence;
  return {
    ...sentence,
    sid: newSid("GX"),
    words: words === undefined ? spreadWords(text, start, end) : words,
  };
}

/** The words of a text, each as long as its letters among all of them. */
export function spreadWords(text: string, start: number | null, end: number | null): Word[] {
  const parts = text.split(/\s+/).filter(Boolean);
  if (start === null || end === null) return parts.map((word) => ({ word, start: null, end: null }));
  return spread(parts, start, end).map(({ part, ...times }) => ({ word: part, ...times }));
}

/** Gives each part of what was said a share of its time by its length. */
export function spread(
  parts: string[],
  start: number,
  end: number,
): { part: string; start: number; end: number }[] {
  const letters = parts.reduce((sum, part) => sum + part.length, 0);
  let passed = 0;
  return parts.map((part) => {
    const from = start + ((end - start) * passed) / letters;
    passed += part.length;
    return { part, start: from, end: start + ((end - start) * passed) / letters };
  });
}
