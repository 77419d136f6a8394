const BYTES_PER_SAMPLE = 2;
/** Stands for a length that is not known yet, as in every WAV that is streamed. */
const UNKNOWN_LENGTH = 0xffff_ffff;

export interface WavFormat {
  rate: number;
  channels: number;
  /** Bytes of samples that follow; left out, the end is where the stream ends. */
  dataBytes?: number;
}

/** The 44 bytes before the samples of a PCM16 WAV. */
export function wavHeader({ rate, channels, dataBytes }: WavFormat): Buffer {
  const header = Buffer.alloc(44);
  const frameBytes = channels * BYTES_PER_SAMPLE;
  header.write("RIFF", 0);
  header.writeUInt32LE(dataBytes === undefined ? UNKNOWN_LENGTH : dataBytes + 36, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write("data", 36);
  header.writeUInt32LE(dataBytes ?? UNKNOWN_LENGTH, 40);
  return header;
}
