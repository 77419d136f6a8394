const BITRATE_KBPS = 64;

// Loaded where it is used: most instances never encode.
const createEncoder = async () => (await import("wasm-media-encoders")).createMp3Encoder();

/** Encodes PCM16 mono into MP3, piece by piece. LAME compiled to WebAssembly does the work. */
export class Mp3Encoder {
  private constructor(private readonly encoder: Awaited<ReturnType<typeof createEncoder>>) {}

  /** @param sampleRate in Hz */
  static async start(sampleRate: 24_000 | 44_100 | 48_000): Promise<Mp3Encoder> {
    const encoder = await createEncoder();
    encoder.configure({ sampleRate, channels: 1, bitrate: BITRATE_KBPS });
    return new Mp3Encoder(encoder);
  }

  /** @param pcm whole samples, 16 bits little-endian @returns what is ready, which may be nothing */
  encode(pcm: Buffer): Uint8Array {
    const samples = new Float32Array(pcm.length / 2);
    for (let n = 0; n < samples.length; n += 1) samples[n] = pcm.readInt16LE(2 * n) / 32_768;
    // The encoder reuses its buffer with the next call.
    return Uint8Array.from(this.encoder.encode([samples]));
  }

  /** The rest; the encoder is done with. */
  finish(): Uint8Array {
    return Uint8Array.from(this.encoder.finalize());
  }
}
