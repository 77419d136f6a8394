import type { Recording } from "../call/recordings.js";
import { saidSentences } from "./saidSentences.js";
import type { IntelligenceScript } from "./script.js";
import { newSentence, type Sentence } from "./sentence.js";

const SPACING_SECONDS = 3;
const MADE_UP_SECONDS = 2.5;

/** The sentences of a recording: those scripted, so many made up, or what is known to have been said. */
export function makeSentences({ call, channels }: Recording, script: IntelligenceScript): Sentence[] {
  const { sentences, sentencesCount } = script;
  if (sentences) return sentences.map(newSentence);
  if (sentencesCount === undefined) return saidSentences(call, channels);
  return Array.from({ length: sentencesCount }, (_, index) => madeUp(index));
}

function madeUp(index: number): Sentence {
  const start = index * SPACING_SECONDS;
  return newSentence({
    channel: (index % 2) + 1,
    start,
    end: start + MADE_UP_SECONDS,
    text: `This is sentence ${index + 1}.`,
    confidence: 0.9,
  });
}
