/** Audio as a WAV file holds it: 16-bit samples of one channel, as little-endian bytes. */
export interface MonoAudio {
  rate: number;
  pcm: Buffer;
}

const FORMAT_PCM = 1;

/** Reads a WAV file of PCM16 mono. @throws Error where it is something else */
export function readWav(file: Buffer): MonoAudio {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error("This is not a WAV file.");
  }
  const format = chunk(file, "fmt ");
  const [kind, channels, rate, bits] = [
    format.readUInt16LE(0),
    format.readUInt16LE(2),
    format.readUInt32LE(4),
    format.readUInt16LE(14),
  ];
  if (kind !== FORMAT_PCM || channels !== 1 || bits !== 16) {
    throw new Error(
      `The WAV file must be PCM16 mono; it has format ${kind}, ${channels} channels, ${bits} bits.`,
    );
  }
  return { rate, pcm: chunk(file, "data") };
}

/** A WAV file of PCM16 mono. */
export function writeWav({ rate, pcm }: MonoAudio): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(FORMAT_PCM, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

/** The part from `startMs` to `endMs`, cut at whole samples. */
export function cutAudio({ rate, pcm }: MonoAudio, startMs: number, endMs: number): Buffer {
  const byteAt = (ms: number) => Math.round((ms * rate) / 1_000) * 2;
  return pcm.subarray(byteAt(startMs), byteAt(endMs));
}

// https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html: chunks follow each other, padded to even length.
function chunk(file: Buffer, id: string): Buffer {
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (file.toString("latin1", at, at + 4) === id) return file.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error(`The WAV file has no "${id}" chunk.`);
}
