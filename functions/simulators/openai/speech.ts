import { type AudioFormatType, encodeAudio, silenceBytes } from "./audioFormats.js";

/** A word as text and as audio; the audio includes the pause after it. */
export interface SpokenWord {
  /** With the blank before it, so that the texts join to the whole. */
  text: string;
  audio: Buffer;
}

export interface SpeechStyle {
  format: AudioFormatType;
  voice: string;
  /** 1 is about 150 words a minute. */
  speed: number;
}

const SYLLABLE_MS = 230;
const WORD_GAP_MS = 40;
const COMMA_GAP_MS = 120;
const SENTENCE_GAP_MS = 240;
const SYNTHESIS_RATE = 24_000;
const PEAK = 14_000;
const CACHE_LIMIT = 2_000;

/** First and second formant in Hz: enough for an ear to tell the vowels apart. */
const FORMANTS: Record<string, readonly [number, number]> = {
  a: [730, 1090],
  e: [530, 1840],
  i: [300, 2250],
  o: [570, 840],
  u: [320, 870],
};
const PITCH_HZ: Record<string, number> = { ash: 115, ballad: 130, cedar: 105, echo: 110, verse: 125 };
const DEFAULT_PITCH_HZ = 190;

/**
 * Speaks a text word by word: deterministic, audible, and as long as the words take to say, though not intelligible.
 * Syllables are made once and shared, so a long reply costs little more than its bytes.
 */
export function* speak(text: string, style: SpeechStyle): Generator<SpokenWord> {
  let first = true;
  for (const word of text.split(/\s+/)) {
    if (word === "") continue;
    yield { text: first ? word : ` ${word}`, audio: wordAudio(word, style) };
    first = false;
  }
}

/** The whole text as one buffer. */
export function speakWhole(text: string, style: SpeechStyle): Buffer {
  return Buffer.concat([...speak(text, style)].map((word) => word.audio));
}

function wordAudio(word: string, style: SpeechStyle): Buffer {
  const ms = (length: number) => Math.max(1, Math.round(length / style.speed));
  const parts = vowelsOf(word).map((vowel) => syllable(vowel, ms(SYLLABLE_MS), style));
  parts.push(silenceBytes(style.format, ms(gapAfter(word))));
  return Buffer.concat(parts);
}

function gapAfter(word: string): number {
  if (/[.!?]["')]*$/.test(word)) return SENTENCE_GAP_MS;
  return /[,;:]$/.test(word) ? COMMA_GAP_MS : WORD_GAP_MS;
}

/** One vowel a syllable; figures and words without vowels get one syllable too. */
function vowelsOf(word: string): string[] {
  const groups = word.toLowerCase().match(/[aeiouy]+/g) ?? ["e"];
  // A final e after a consonant is mute in most English words.
  if (groups.length > 1 && /[^aeiouy]e\W*$/i.test(word)) groups.pop();
  return groups.map((group) => (group[0] === "y" ? "i" : (group[0] as string)));
}

const syllables = new Map<string, Buffer>();

function syllable(vowel: string, ms: number, style: SpeechStyle): Buffer {
  const key = `${style.format} ${style.voice} ${vowel} ${ms}`;
  const known = syllables.get(key);
  if (known) return known;
  if (syllables.size >= CACHE_LIMIT) syllables.clear();
  const made = encodeAudio(style.format, synthesise(vowel, ms, PITCH_HZ[style.voice] ?? DEFAULT_PITCH_HZ));
  syllables.set(key, made);
  return made;
}

/** Harmonics of the pitch, weighted by their nearness to the vowel's formants, under a smooth envelope. */
function synthesise(vowel: string, ms: number, pitchHz: number): Int16Array {
  const length = (ms * SYNTHESIS_RATE) / 1000;
  const formants = FORMANTS[vowel] ?? (FORMANTS.e as readonly [number, number]);
  const weights = harmonicWeights(pitchHz, formants);
  const samples = new Int16Array(length);
  for (let i = 0; i < length; i += 1) {
    const envelope = Math.sin((Math.PI * (i + 0.5)) / length) ** 0.4;
    const phase = (2 * Math.PI * pitchHz * i) / SYNTHESIS_RATE;
    let value = 0;
    for (let n = 0; n < weights.length; n += 1) value += (weights[n] as number) * Math.sin(phase * (n + 1));
    samples[i] = Math.round(PEAK * envelope * value);
  }
  return samples;
}

function harmonicWeights(pitchHz: number, formants: readonly [number, number]): number[] {
  const weights: number[] = [];
  for (let hz = pitchHz; hz < 3_200; hz += pitchHz) {
    weights.push(resonance(hz, formants[0], 110) + 0.6 * resonance(hz, formants[1], 160));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function resonance(hz: number, centreHz: number, widthHz: number): number {
  return 1 / (1 + ((hz - centreHz) / widthHz) ** 2) + 0.05;
}
