import type { RealtimeAudioFormats } from "openai/resources/realtime/realtime";
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from "../audio/g711.js";

/** The three wire formats of Realtime audio. */
export type AudioFormatType = NonNullable<RealtimeAudioFormats["type"]>;

interface FormatFacts {
  rate: number;
  bytesPerSample: number;
  /** What a silent byte is, so that gaps cost no encoding. */
  silence: number;
}

const FORMATS: Record<AudioFormatType, FormatFacts> = {
  "audio/pcm": { rate: 24_000, bytesPerSample: 2, silence: 0 },
  "audio/pcmu": { rate: 8_000, bytesPerSample: 1, silence: 0xff },
  "audio/pcma": { rate: 8_000, bytesPerSample: 1, silence: 0xd5 },
};

/** Samples per second on the wire. */
export function rateOf(type: AudioFormatType): number {
  return FORMATS[type].rate;
}

/** Bytes in a millisecond of audio: 48 for PCM16, 8 for G.711. */
export function bytesPerMs(type: AudioFormatType): number {
  const { rate, bytesPerSample } = FORMATS[type];
  return (rate * bytesPerSample) / 1000;
}

/** Whether this many bytes are a whole number of samples. */
export function isWholeSamples(type: AudioFormatType, byteCount: number): boolean {
  return byteCount % FORMATS[type].bytesPerSample === 0;
}

/** Silence in a wire format; `ms` is a whole number. */
export function silenceBytes(type: AudioFormatType, ms: number): Buffer {
  return Buffer.alloc(ms * bytesPerMs(type), FORMATS[type].silence);
}

/** Wire bytes to 16-bit samples at the format's own rate. */
export function decodeAudio(type: AudioFormatType, bytes: Buffer): Int16Array {
  if (type === "audio/pcmu") return decodeMuLaw(bytes);
  if (type === "audio/pcma") return decodeALaw(bytes);
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i += 1) samples[i] = bytes.readInt16LE(i * 2);
  return samples;
}

/** 24 kHz samples to wire bytes; G.711 is averaged down to 8 kHz. */
export function encodeAudio(type: AudioFormatType, samples: Int16Array): Buffer {
  if (type === "audio/pcmu") return encodeMuLaw(thirdOfRate(samples));
  if (type === "audio/pcma") return encodeALaw(thirdOfRate(samples));
  const bytes = Buffer.allocUnsafe(samples.length * 2);
  for (let i = 0; i < samples.length; i += 1) bytes.writeInt16LE(samples[i] as number, i * 2);
  return bytes;
}

function thirdOfRate(samples: Int16Array): Int16Array {
  const reduced = new Int16Array(Math.floor(samples.length / 3));
  for (let i = 0; i < reduced.length; i += 1) {
    const at = i * 3;
    // The mean of three is a crude low-pass, enough for what is only a hum of formants.
    reduced[i] = ((samples[at] as number) + (samples[at + 1] as number) + (samples[at + 2] as number)) / 3;
  }
  return reduced;
}
