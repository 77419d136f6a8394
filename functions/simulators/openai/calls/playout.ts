/** One frame of µ-law at 8 kHz, as every RTP packet carries. */
export const FRAME_MS = 20;
const BYTES_PER_MS = 8;
export const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;
const SILENCE = 0xff;

/** What the listener is told of the audio on its way to it. */
export interface PlayoutEvent {
  type: "started" | "stopped";
  responseId: string;
}

/** Audio that was cut off, and how much of it had been played. */
export interface CutOff {
  responseId: string;
  itemId: string;
  started: boolean;
  playedMs: number;
}

interface Utterance {
  responseId: string;
  itemId: string;
  waiting: Buffer;
  playedBytes: number;
  started: boolean;
  /** No more of it will be added. */
  whole: boolean;
}

/**
 * The output audio buffer of a call: what the model has spoken and the client has not been sent. Pure: whoever holds
 * it takes a frame every {@link FRAME_MS}.
 */
export class Playout {
  private queue: Utterance[] = [];
  /** Responses that were cut off while they were still being spoken. */
  private readonly unwanted = new Set<string>();

  /** Puts µ-law audio at the end of its response's; that of a response that was cut off is dropped. */
  add({ responseId, itemId }: { responseId: string; itemId: string }, muLaw: Buffer): void {
    if (this.unwanted.has(responseId)) return;
    const known = this.queue.find((one) => one.responseId === responseId);
    if (known) known.waiting = Buffer.concat([known.waiting, muLaw]);
    else
      this.queue.push({ responseId, itemId, waiting: muLaw, playedBytes: 0, started: false, whole: false });
  }

  /** Nothing more comes of this response. */
  finish(responseId: string): void {
    this.unwanted.delete(responseId);
    for (const one of this.queue) if (one.responseId === responseId) one.whole = true;
  }

  /** The next frame to send, undefined while there is none, and what it starts or what has stopped before it. */
  takeFrame(): { events: PlayoutEvent[]; frame: Buffer | undefined } {
    const events: PlayoutEvent[] = [];
    for (let head = this.queue[0]; head; head = this.queue[0]) {
      if (head.whole && head.waiting.length === 0) {
        this.queue.shift();
        events.push({ type: "stopped", responseId: head.responseId });
        continue;
      }
      if (!head.whole && head.waiting.length < FRAME_BYTES) break;
      if (!head.started) events.push({ type: "started", responseId: head.responseId });
      head.started = true;
      return { events, frame: cutFrame(head) };
    }
    return { events, frame: undefined };
  }

  /** Empties the buffer. */
  clear(): CutOff[] {
    const cut = this.queue;
    this.queue = [];
    for (const { responseId, whole } of cut) if (!whole) this.unwanted.add(responseId);
    return cut.map(({ responseId, itemId, started, playedBytes }) => {
      return { responseId, itemId, started, playedMs: playedBytes / BYTES_PER_MS };
    });
  }
}

/** Takes a frame's worth off an utterance; its last is filled up with silence. */
function cutFrame(utterance: Utterance): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES, SILENCE);
  const taken = utterance.waiting.copy(frame, 0, 0, FRAME_BYTES);
  utterance.waiting = utterance.waiting.subarray(taken);
  utterance.playedBytes += taken;
  return frame;
}
