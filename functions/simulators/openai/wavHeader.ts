const RATE = 24_000;
const BYTES_PER_SAMPLE = 2;
/** Stands for a length that is not known yet, as in every WAV that is streamed. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/** The head of a WAV of PCM16 at 24 kHz, one channel, whose end is where the stream ends. */
export function wavHeader(): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(UNKNOWN_LENGTH, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write("data", 36);
  header.writeUInt32LE(UNKNOWN_LENGTH, 40);
  return header;
}
