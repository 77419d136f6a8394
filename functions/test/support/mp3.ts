import assert from "node:assert/strict";
import { MPEGDecoder } from "mpg123-decoder";

/** What a real decoder makes of an MP3. */
export async function decodeMp3(
  mp3: Uint8Array,
): Promise<{ seconds: number; peak: number; sampleRate: number }> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const { channelData, samplesDecoded, sampleRate, errors } = decoder.decode(mp3);
  decoder.free();
  assert.deepEqual(errors, []);
  const [samples = new Float32Array()] = channelData;
  return {
    seconds: samplesDecoded / sampleRate,
    peak: samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
    sampleRate,
  };
}
