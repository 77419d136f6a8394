// https://www.itu.int/rec/T-REC-G.711: 8,000 samples a second, a byte each.
export const BYTES_PER_MS = 8;

/** What is sent to a phone at once: 200 ms at most, for marks stand between chunks. */
const CHUNK_BYTES = 200 * BYTES_PER_MS;
const PADDING = 0x3d;
const SILENCE = 0xff;
/** 1 for each byte that is no letter of base64. */
const FOREIGN = new Uint8Array(256).fill(1);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") {
  FOREIGN[letter.charCodeAt(0)] = 0;
}

/** How many bytes of audio so much base64 stands for. */
export function audioBytes(base64: Buffer): number {
  const { length } = base64;
  const padding = base64[length - 1] !== PADDING ? 0 : base64[length - 2] === PADDING ? 2 : 1;
  return Math.floor((length * 3) / 4) - padding;
}

/** Whether these are letters of base64 alone: nothing that could end a string of JSON or begin another field. */
export function isBase64(payload: Buffer): boolean {
  if (payload.length % 4 !== 0) return false;
  // Every audio frame of a call comes through here: four letters at a time, without a branch for each.
  let foreign = 0;
  for (let at = 0; at < payload.length; at += 4) {
    foreign |= FOREIGN[payload[at] as number] as number;
    foreign |= FOREIGN[payload[at + 1] as number] as number;
    foreign |= FOREIGN[payload[at + 2] as number] as number;
    foreign |= FOREIGN[payload[at + 3] as number] as number;
  }
  return foreign === 0;
}

/** The audio, base64, in pieces that are short enough for a phone; one that is already stays as it is. */
export function chunksOf(payload: Buffer): Buffer[] {
  if (audioBytes(payload) <= CHUNK_BYTES) return payload.length > 0 ? [payload] : [];
  const audio = Buffer.from(payload.toString("latin1"), "base64");
  const chunks: Buffer[] = [];
  for (let at = 0; at < audio.length; at += CHUNK_BYTES) {
    chunks.push(Buffer.from(audio.toString("base64", at, at + CHUNK_BYTES), "latin1"));
  }
  return chunks;
}

/** So much silence, base64. */
export function silence(ms: number): Buffer {
  return Buffer.from(Buffer.alloc(ms * BYTES_PER_MS, SILENCE).toString("base64"), "latin1");
}
