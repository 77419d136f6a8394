/** How the detector decides; times in ms of audio, not of the clock. */
export interface VadSettings {
  /** 0 to 1, as in `turn_detection.threshold`. */
  threshold: number;
  prefixPaddingMs: number;
  silenceDurationMs: number;
}

/** Offsets count from the first sample the session ever received. */
export type VadEvent = { type: "started"; audioStartMs: number } | { type: "stopped"; audioEndMs: number };

export const VAD_FRAME_MS = 20;
/** Shorter sounds are clicks. */
export const VAD_MIN_SPEECH_MS = 60;
/** Once speaking, this much less is enough to go on, as in Silero's detector. */
const HYSTERESIS = 0.15;

const QUIET_DBFS = -60;
const LOUD_DBFS = -20;
const FULL_SCALE = 32_768;

/**
 * How much like speech a frame is, 0 to 1, from its loudness alone: -60 dBFS and below is 0, -20 dBFS and above is 1.
 * The real detector is a model; on clean speech and silence both agree.
 */
export function speechLevel(samples: Int16Array): number {
  if (samples.length === 0) return 0;
  let energy = 0;
  for (let i = 0; i < samples.length; i += 1) energy += (samples[i] as number) ** 2;
  const rms = Math.sqrt(energy / samples.length) / FULL_SCALE;
  if (rms === 0) return 0;
  const dbfs = 20 * Math.log10(rms);
  return Math.min(1, Math.max(0, (dbfs - QUIET_DBFS) / (LOUD_DBFS - QUIET_DBFS)));
}

/** Finds where speech starts and stops in a stream of samples. Pure: no clock, no effects. */
export class VoiceActivityDetector {
  private carry = new Int16Array(0);
  private nowMs: number;
  private voicedMs = 0;
  private silentMs = 0;
  private speaking = false;
  private readonly frameLength: number;

  /** `startMs` is the offset of the first sample that will be pushed. */
  constructor(
    readonly settings: VadSettings,
    rate: number,
    startMs = 0,
  ) {
    this.frameLength = (rate * VAD_FRAME_MS) / 1000;
    this.nowMs = startMs;
  }

  get isSpeaking(): boolean {
    return this.speaking;
  }

  push(samples: Int16Array): VadEvent[] {
    const all = joined(this.carry, samples);
    const events: VadEvent[] = [];
    let at = 0;
    for (; at + this.frameLength <= all.length; at += this.frameLength) {
      const event = this.step(speechLevel(all.subarray(at, at + this.frameLength)));
      if (event) events.push(event);
    }
    this.carry = all.slice(at);
    return events;
  }

  /** Forgets speech in progress, as when the buffer is cleared or committed by hand. */
  reset(): void {
    this.speaking = false;
    this.voicedMs = 0;
    this.silentMs = 0;
  }

  private step(level: number): VadEvent | undefined {
    this.nowMs += VAD_FRAME_MS;
    return this.speaking ? this.stepSpeaking(level) : this.stepQuiet(level);
  }

  private stepQuiet(level: number): VadEvent | undefined {
    this.voicedMs = level >= this.settings.threshold ? this.voicedMs + VAD_FRAME_MS : 0;
    if (this.voicedMs < VAD_MIN_SPEECH_MS) return undefined;
    const firstVoicedMs = this.nowMs - this.voicedMs;
    this.speaking = true;
    this.silentMs = 0;
    return { type: "started", audioStartMs: Math.max(0, firstVoicedMs - this.settings.prefixPaddingMs) };
  }

  private stepSpeaking(level: number): VadEvent | undefined {
    const floor = Math.max(0.01, this.settings.threshold - HYSTERESIS);
    this.silentMs = level >= floor ? 0 : this.silentMs + VAD_FRAME_MS;
    if (this.silentMs < this.settings.silenceDurationMs) return undefined;
    // At least one frame must pass, or a silence of 0 ms would end speech on a voiced frame.
    if (this.silentMs === 0) return undefined;
    this.reset();
    return { type: "stopped", audioEndMs: this.nowMs };
  }
}

/** From the first to the last voiced frame, in ms; 0 when there is none. */
export function speechSpanMs(samples: Int16Array, rate: number, threshold = 0.5): number {
  const length = (rate * VAD_FRAME_MS) / 1000;
  let first = -1;
  let last = -1;
  for (let frame = 0; (frame + 1) * length <= samples.length; frame += 1) {
    if (speechLevel(samples.subarray(frame * length, (frame + 1) * length)) < threshold) continue;
    if (first < 0) first = frame;
    last = frame;
  }
  return first < 0 ? 0 : (last - first + 1) * VAD_FRAME_MS;
}

function joined(head: Int16Array, tail: Int16Array): Int16Array {
  if (head.length === 0) return tail;
  const all = new Int16Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
