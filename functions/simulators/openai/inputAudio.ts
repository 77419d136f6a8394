import { type AudioFormatType, bytesPerMs, decodeAudio, rateOf } from "./audioFormats.js";
import {
  speechSpanMs,
  VAD_FRAME_MS,
  VAD_MIN_SPEECH_MS,
  type VadSettings,
  VoiceActivityDetector,
} from "./vad.js";

/** What the buffer gave up, ready to become a user message. */
export interface Utterance {
  bytes: Buffer;
  format: AudioFormatType;
  ms: number;
  /** From the first to the last voiced moment. */
  speechMs: number;
}

/** What appended audio brought about, in order. */
export type InputAudioEvent =
  | { type: "speech_started"; audioStartMs: number }
  | { type: "speech_stopped"; audioEndMs: number; utterance: Utterance };

/** The input audio buffer and its turn detection. Pure but for the audio it holds: no clock, no sockets. */
export class InputAudio {
  private chunks: Buffer[] = [];
  private byteCount = 0;
  /** Where the buffer's first byte stands in all audio ever received. */
  private startMs = 0;
  private detector: VoiceActivityDetector | undefined;

  constructor(
    private format: AudioFormatType,
    private settings: VadSettings | undefined,
  ) {
    this.renewDetector();
  }

  /** The end of all audio received so far. */
  get receivedMs(): number {
    return this.startMs + this.bufferedMs;
  }

  get bufferedMs(): number {
    return this.byteCount / bytesPerMs(this.format);
  }

  get bufferedBytes(): number {
    return this.byteCount;
  }

  get isSpeaking(): boolean {
    return this.detector?.isSpeaking ?? false;
  }

  /** Takes a new configuration; only a change starts detection afresh. A new format empties the buffer. */
  configure(format: AudioFormatType, settings: VadSettings | undefined): void {
    const sameFormat = format === this.format;
    if (sameFormat && JSON.stringify(settings) === JSON.stringify(this.settings)) return;
    if (!sameFormat) this.drop();
    this.format = format;
    this.settings = settings;
    this.renewDetector();
  }

  append(bytes: Buffer): InputAudioEvent[] {
    this.chunks.push(bytes);
    this.byteCount += bytes.length;
    if (!this.detector) return [];
    const events = this.detector.push(decodeAudio(this.format, bytes)).map((event): InputAudioEvent => {
      if (event.type === "stopped") {
        const utterance = this.takeUntil(event.audioEndMs);
        return { type: "speech_stopped", audioEndMs: event.audioEndMs, utterance };
      }
      this.dropUntil(event.audioStartMs);
      return { type: "speech_started", audioStartMs: Math.max(event.audioStartMs, this.startMs) };
    });
    if (!this.detector.isSpeaking) this.trimQuiet();
    return events;
  }

  /** Hands over everything buffered, as a commit by the client does. */
  take(): Utterance {
    this.detector?.reset();
    return this.takeUntil(this.receivedMs);
  }

  clear(): void {
    this.drop();
    this.detector?.reset();
  }

  private renewDetector(): void {
    const { settings } = this;
    this.detector = settings && new VoiceActivityDetector(settings, rateOf(this.format), this.receivedMs);
  }

  private takeUntil(endMs: number): Utterance {
    const whole = Buffer.concat(this.chunks);
    const cut = this.bytesUntil(endMs);
    const bytes = whole.subarray(0, cut);
    const rest = whole.subarray(cut);
    this.chunks = rest.length > 0 ? [Buffer.from(rest)] : [];
    this.byteCount = rest.length;
    const ms = bytes.length / bytesPerMs(this.format);
    this.startMs += ms;
    const speechMs = speechSpanMs(
      decodeAudio(this.format, bytes),
      rateOf(this.format),
      this.settings?.threshold,
    );
    return { bytes, format: this.format, ms, speechMs };
  }

  private dropUntil(ms: number): void {
    const cut = this.bytesUntil(ms);
    if (cut <= 0) return;
    const rest = Buffer.concat(this.chunks).subarray(cut);
    this.chunks = [rest];
    this.byteCount = rest.length;
    this.startMs += cut / bytesPerMs(this.format);
  }

  /** While nobody speaks only what a later start may reach back to is worth keeping. */
  private trimQuiet(): void {
    const keepMs = (this.settings?.prefixPaddingMs ?? 0) + VAD_MIN_SPEECH_MS + VAD_FRAME_MS;
    const keepBytes = keepMs * bytesPerMs(this.format);
    let [head] = this.chunks;
    while (head && this.byteCount - head.length >= keepBytes) {
      this.chunks.shift();
      this.byteCount -= head.length;
      this.startMs += head.length / bytesPerMs(this.format);
      [head] = this.chunks;
    }
  }

  private drop(): void {
    this.startMs = this.receivedMs;
    this.chunks = [];
    this.byteCount = 0;
  }

  private bytesUntil(ms: number): number {
    const perMs = bytesPerMs(this.format);
    const sample = Math.round(((ms - this.startMs) * perMs) / 2) * 2;
    const wanted = perMs === 8 ? Math.round((ms - this.startMs) * perMs) : sample;
    return Math.min(this.byteCount, Math.max(0, wanted));
  }
}
