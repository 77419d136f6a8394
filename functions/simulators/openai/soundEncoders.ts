import { createMp3Encoder } from "wasm-media-encoders";
import { wavHeader } from "../audio/wavHeader.js";
import { decodeAudio } from "./audioFormats.js";
import type { SpeechFormat } from "./speechRequest.js";

/** Turns PCM16 at 24 kHz into a file of its format, piece by piece; what it returns may be empty. */
export interface SoundEncoder {
  encode(pcm: Buffer): Buffer;
  finish(): Buffer;
}

/** As OpenAI's MP3: 24 kHz, one channel, 128 kbit/s. */
const MP3 = { sampleRate: 24_000, channels: 1, bitrate: 128 } as const;
const SPARE_MAX = 4;
const NOTHING = Buffer.alloc(0);

/** MP3 encoders cost memory and a few milliseconds, so that some are kept for the next. */
const spare: Awaited<ReturnType<typeof createMp3Encoder>>[] = [];

export async function soundEncoder(format: SpeechFormat): Promise<SoundEncoder> {
  if (format === "mp3") return mp3Encoder();
  return plainEncoder(format === "wav" ? wavHeader({ rate: 24_000, channels: 1 }) : NOTHING);
}

async function mp3Encoder(): Promise<SoundEncoder> {
  const encoder = spare.pop() ?? (await createMp3Encoder());
  encoder.configure(MP3);
  return {
    // The encoder keeps what it returns, and writes over it.
    encode: (pcm) => Buffer.from(encoder.encode([asFloats(pcm)])),
    finish: () => {
      const last = Buffer.from(encoder.finalize());
      if (spare.length < SPARE_MAX) spare.push(encoder);
      return last;
    },
  };
}

function plainEncoder(header: Buffer): SoundEncoder {
  let head = header;
  return {
    encode: (pcm) => {
      const bytes = head.length > 0 ? Buffer.concat([head, pcm]) : pcm;
      head = NOTHING;
      return bytes;
    },
    finish: () => head,
  };
}

function asFloats(pcm: Buffer): Float32Array {
  return Float32Array.from(decodeAudio("audio/pcm", pcm), (sample) => sample / 32_768);
}
