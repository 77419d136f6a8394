import { silenceBytes } from "../../../simulators/openai/audioFormats.js";
import { speakWhole } from "../../../simulators/openai/speech.js";

const PCM = { format: "audio/pcm", voice: "marin", speed: 1 } as const;

/** PCM16 24 kHz speech-like sound with this many words' length. */
export function speech(text = "one two three four five"): Buffer {
  return speakWhole(text, PCM);
}

export function silence(ms: number): Buffer {
  return silenceBytes("audio/pcm", ms);
}
