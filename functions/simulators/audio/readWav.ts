/** The sound of a PCM16 WAV file, its channels averaged into one. */
export interface WavSound {
  rate: number;
  samples: Int16Array;
}

/** Reads a PCM16 WAV. @throws Error that says what is wrong with the file */
export function readWav(file: Buffer): WavSound {
  if (file.toString("latin1", 0, 4) !== "RIFF" || file.toString("latin1", 8, 12) !== "WAVE") {
    throw new Error("not a WAV file");
  }
  const format = chunkOf(file, "fmt ");
  const data = chunkOf(file, "data");
  if (format.readUInt16LE(0) !== 1 || format.readUInt16LE(14) !== 16) throw new Error("not 16-bit PCM");
  const channels = format.readUInt16LE(2);
  const samples = new Int16Array(Math.floor(data.length / 2 / channels));
  for (let i = 0; i < samples.length; i += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1)
      sum += data.readInt16LE((i * channels + channel) * 2);
    samples[i] = sum / channels;
  }
  return { rate: format.readUInt32LE(4), samples };
}

/** The same sound at another rate: each sample is the mean of those it stands for. */
export function atRate({ rate, samples }: WavSound, wanted: number): Int16Array {
  if (rate === wanted) return samples;
  const step = rate / wanted;
  const result = new Int16Array(Math.floor(samples.length / step));
  for (let i = 0; i < result.length; i += 1) {
    const from = Math.floor(i * step);
    const to = Math.max(from + 1, Math.floor((i + 1) * step));
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += samples[at] ?? 0;
    result[i] = sum / (to - from);
  }
  return result;
}

function chunkOf(file: Buffer, id: string): Buffer {
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    // A streamed WAV gives no length: its samples go on to the end.
    if (file.toString("latin1", at, at + 4) === id) return file.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error(`no "${id.trim()}" chunk`);
}
