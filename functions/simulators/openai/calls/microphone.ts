import { decodeMuLaw, encodeALaw } from "../../audio/g711.js";
import type { AudioFormatType } from "../audioFormats.js";

/** What of an RTP packet matters here; the payload is µ-law at 8 kHz. */
export interface AudioPacket {
  sequenceNumber: number;
  payload: Buffer;
}

const SEQUENCE_NUMBERS = 0x1_0000;
/** A longer gap is no loss but a source that began anew. */
const FILLED_PACKETS_MAX = 50;
const SILENCE = 0xff;
/** From 8 to 24 kHz. */
const TIMES = 3;

/**
 * Makes one unbroken sound of a client's RTP packets, in the format that the session takes: packets that come late or
 * twice are dropped, and those that were lost are silence.
 */
export class Microphone {
  private last: number | undefined;
  private lastSample = 0;

  take({ sequenceNumber, payload }: AudioPacket, format: AudioFormatType): Buffer {
    const ahead = this.last === undefined ? 1 : (sequenceNumber - this.last) & (SEQUENCE_NUMBERS - 1);
    if (ahead === 0 || ahead > SEQUENCE_NUMBERS - FILLED_PACKETS_MAX) return Buffer.alloc(0);
    this.last = sequenceNumber;
    const lost = ahead <= FILLED_PACKETS_MAX ? ahead - 1 : 0;
    const gap = Buffer.alloc(lost * payload.length, SILENCE);
    return this.inFormat(lost > 0 ? Buffer.concat([gap, payload]) : payload, format);
  }

  /** Silence in the place of packets that do not come, as a jitter buffer puts it there. */
  silence(ms: number, format: AudioFormatType): Buffer {
    return this.inFormat(Buffer.alloc(ms * 8, SILENCE), format);
  }

  private inFormat(muLaw: Buffer, format: AudioFormatType): Buffer {
    if (format === "audio/pcmu") return muLaw;
    const samples = decodeMuLaw(muLaw);
    return format === "audio/pcma" ? encodeALaw(samples) : this.asPcm(samples);
  }

  /** PCM16 at 24 kHz, the samples between two being on the line that joins them. */
  private asPcm(samples: Int16Array): Buffer {
    const pcm = Buffer.allocUnsafe(samples.length * TIMES * 2);
    samples.forEach((sample, index) => {
      const step = (sample - this.lastSample) / TIMES;
      for (let i = 0; i < TIMES; i += 1) {
        pcm.writeInt16LE(Math.round(this.lastSample + step * (i + 1)), (index * TIMES + i) * 2);
      }
      this.lastSample = sample;
    });
    return pcm;
  }
}
