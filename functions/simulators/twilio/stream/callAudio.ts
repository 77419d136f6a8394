import { decodeMuLaw } from "../../audio/g711.js";
import { wavHeader } from "../../audio/wavHeader.js";

const RATE = 8_000;
const SILENCE = 0xff;
const FIRST_BYTES = 10 * RATE;

/** Sound on an absolute timeline, one µ-law byte a sample; silence where nothing was written. */
class Track {
  /** Samples up to the end of what was written. */
  length = 0;
  private bytes = Buffer.alloc(FIRST_BYTES, SILENCE);

  write(atSample: number, sound: Buffer): void {
    const end = atSample + sound.length;
    if (end > this.bytes.length) {
      const grown = Buffer.alloc(Math.max(end, this.bytes.length * 2), SILENCE);
      this.bytes.copy(grown);
      this.bytes = grown;
    }
    sound.copy(this.bytes, atSample);
    this.length = Math.max(this.length, end);
  }

  /** The first samples, padded with silence. */
  samples(count: number): Int16Array {
    this.write(count, Buffer.alloc(0));
    return decodeMuLaw(this.bytes.subarray(0, count));
  }
}

/** Both sides of a call since it was answered, sample by sample. */
export class CallAudio {
  readonly caller = new Track();
  readonly assistant = new Track();

  /** A WAV of 8 kHz and at least so many samples: the caller left, the assistant right. */
  toWav(samplesMin: number): Buffer {
    const sampleCount = Math.max(samplesMin, this.caller.length, this.assistant.length);
    const dataBytes = sampleCount * 4;
    const file = Buffer.alloc(44 + dataBytes);
    wavHeader({ rate: RATE, channels: 2, dataBytes }).copy(file);
    const left = this.caller.samples(sampleCount);
    const right = this.assistant.samples(sampleCount);
    for (let i = 0; i < sampleCount; i += 1) {
      file.writeInt16LE(left[i] as number, 44 + i * 4);
      file.writeInt16LE(right[i] as number, 46 + i * 4);
    }
    return file;
  }
}

/** The same WAV with both sides in one channel, as a recording that was not asked for in two. */
export function toOneChannel(file: Buffer): Buffer {
  const samples = (file.length - 44) / 4;
  const mixed = Buffer.alloc(44 + samples * 2);
  wavHeader({ rate: RATE, channels: 1, dataBytes: samples * 2 }).copy(mixed);
  for (let i = 0; i < samples; i += 1) {
    const sum = file.readInt16LE(44 + i * 4) + file.readInt16LE(46 + i * 4);
    mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, sum)), 44 + i * 2);
  }
  return mixed;
}
