import { readFileSync } from "node:fs";
import { encodeMuLaw } from "../../audio/g711.js";
import { atRate, readWav } from "../../audio/readWav.js";

const RATE = 8_000;
const SPEECH_PEAK = 14_000;
const PITCH_HZ = 140;
const SYLLABLE_SAMPLES = RATE / 4;
const CACHE_LIMIT = 200;
const cache = new Map<string, Buffer>();

/** A WAV file as µ-law at 8 kHz. @throws Error that names the file and what is wrong with it */
export function wavSound(path: string): Buffer {
  return cached(`wav ${path}`, () => {
    try {
      return encodeMuLaw(atRate(readWav(readFileSync(path)), RATE));
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`);
    }
  });
}

/** A sine as µ-law at 8 kHz; `amplitude` is a share of full scale. */
export function toneSound({ ms, hz, amplitude }: { ms: number; hz: number; amplitude: number }): Buffer {
  return cached(`tone ${ms} ${hz} ${amplitude}`, () =>
    samplesOf(ms, (i) => 32_767 * amplitude * Math.sin((2 * Math.PI * hz * i) / RATE)),
  );
}

/** Harmonics of a voice that swell and fade four times a second: speech to a detector, not to an ear. */
export function speechSound(ms: number): Buffer {
  return cached(`speech ${ms}`, () => samplesOf(ms, speechSample));
}

function speechSample(i: number): number {
  const envelope = Math.sin((Math.PI * ((i % SYLLABLE_SAMPLES) + 0.5)) / SYLLABLE_SAMPLES) ** 0.4;
  const phase = (2 * Math.PI * PITCH_HZ * i) / RATE;
  let value = 0;
  for (let harmonic = 1; harmonic <= 8; harmonic += 1) value += Math.sin(phase * harmonic) / harmonic;
  return (SPEECH_PEAK * envelope * value) / 2;
}

function samplesOf(ms: number, sample: (i: number) => number): Buffer {
  const samples = new Int16Array(Math.round((ms * RATE) / 1_000));
  for (let i = 0; i < samples.length; i += 1) samples[i] = sample(i);
  return encodeMuLaw(samples);
}

/** Many callers say the same: it is made once, and never written to. */
function cached(key: string, make: () => Buffer): Buffer {
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= CACHE_LIMIT) cache.clear();
  const made = make();
  cache.set(key, made);
  return made;
}
