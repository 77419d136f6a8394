/** Samples a second of the audio that goes to the relay and comes from it: PCM16 mono. */
export const PCM_RATE = 24_000;

const BYTES_PER_MS = (PCM_RATE * 2) / 1_000;

/** How long PCM16 at 24 kHz plays. */
export function durationMs(pcm: Buffer): number {
  return pcm.length / BYTES_PER_MS;
}

/** The bytes that play for so long. */
export function bytesFor(ms: number): number {
  return ms * BYTES_PER_MS;
}
