/** Decodes G.711 µ-law (ITU-T G.711) to 16-bit samples. */
export function decodeMuLaw(bytes: Uint8Array): Int16Array {
  return decode(bytes, MU_LAW_TO_LINEAR);
}

/** Decodes G.711 A-law (ITU-T G.711) to 16-bit samples. */
export function decodeALaw(bytes: Uint8Array): Int16Array {
  return decode(bytes, A_LAW_TO_LINEAR);
}

/** Encodes 16-bit samples as G.711 µ-law. */
export function encodeMuLaw(samples: Int16Array): Buffer {
  return encode(samples, muLawOf);
}

/** Encodes 16-bit samples as G.711 A-law. */
export function encodeALaw(samples: Int16Array): Buffer {
  return encode(samples, aLawOf);
}

const MU_LAW_BIAS = 0x84;
const MU_LAW_CLIP = 32635;

function muLawOf(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), MU_LAW_CLIP) + MU_LAW_BIAS;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function linearOfMuLaw(byte: number): number {
  const value = ~byte & 0xff;
  const exponent = (value >> 4) & 0x07;
  const magnitude = (((value & 0x0f) << 3) + MU_LAW_BIAS) << exponent;
  return value & 0x80 ? MU_LAW_BIAS - magnitude : magnitude - MU_LAW_BIAS;
}

function aLawOf(sample: number): number {
  const positive = sample >= 0;
  // 13-bit magnitude; negative samples are one's complement so that zero is not doubled.
  const magnitude = Math.min(positive ? sample >> 3 : ~sample >> 3, 0xfff);
  const exponent = Math.max(0, 32 - Math.clz32(magnitude >> 5));
  const mantissa = (exponent === 0 ? magnitude >> 1 : magnitude >> exponent) & 0x0f;
  return ((exponent << 4) | mantissa | (positive ? 0x80 : 0)) ^ 0x55;
}

function linearOfALaw(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 0x07;
  const mantissa = (value & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

const MU_LAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, byte) => linearOfMuLaw(byte));
const A_LAW_TO_LINEAR = Int16Array.from({ length: 256 }, (_, byte) => linearOfALaw(byte));

function decode(bytes: Uint8Array, table: Int16Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) samples[i] = table[bytes[i] as number] as number;
  return samples;
}

function encode(samples: Int16Array, law: (sample: number) => number): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let i = 0; i < samples.length; i += 1) bytes[i] = law(samples[i] as number);
  return bytes;
}
