// https://www.itu.int/rec/T-REC-G.711: 8,000 samples a second, a byte each.
export const BYTES_PER_MS = 8;

/** What is sent to a phone at once: 100 ms at most, for what was heard is told by whole chunks. */
const CHUNK_BYTES = 100 * BYTES_PER_MS;
const PADDING = 0x3d;
const SILENCE = 0xff;
const BASE64_BYTE = new Uint8Array(256);
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") {
  BASE64_BYTE[letter.charCodeAt(0)] = 1;
}

/** How many bytes of audio so much base64 stands for. */
export function audioBytes(base64: Buffer): number {
  const { length } = base64;
  const padding = base64[length - 1] !== PADDING ? 0 : base64[length - 2] === PADDING ? 2 : 1;
  return Math.floor((length * 3) / 4) - padding;
}

/** Whether these are letters of base64 alone: nothing that could end a string of JSON or begin another field. */
export function isBase64(payload: Buffer): boolean {
  // Every audio frame of a call comes through here.
  for (let at = 0; at < payload.length; at += 1) {
    if (BASE64_BYTE[payload[at] as number] === 0) return false;
  }
  return payload.length % 4 === 0;
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
