import type { Duplex } from "node:stream";
import type WebSocket from "ws";
import type { RelayLimits } from "./limits";

type QueueLimits = Pick<RelayLimits, "maxQueuedBytes" | "pauseAtQueuedBytes">;

/**
 * One end of a relayed connection, with a bounded queue towards it. Above the lower mark its counterpart is no longer
 * read from, so that TCP slows the sender; above the upper one it is given up.
 */
export class Peer {
  /** When anything was heard of it last, ms since the epoch. */
  heardAt = Date.now();
  /** Since when its counterpart waits for it, ms since the epoch. */
  stalledSince: number | undefined;

  /**
   * @param stream what lies under a socket of a client, if frames shall go there in one write: `ws` makes two of each,
   * which is a tenth of what relaying an audio frame costs. Only without compression, where `ws` queues nothing itself.
   */
  constructor(
    readonly socket: WebSocket,
    private readonly limits: QueueLimits,
    private readonly stream?: Duplex,
  ) {
    socket.on("pong", () => {
      this.heardAt = Date.now();
    });
    socket.on("ping", (data) => {
      this.heardAt = Date.now();
      // Not left to the socket, which would queue answers without a bound for a peer that does not read.
      if (this.isOpen && socket.bufferedAmount < limits.pauseAtQueuedBytes) socket.pong(data);
    });
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /**
   * Sends a text frame.
   * @param source who it came from: paused while this peer has too much queued
   * @returns false where the queue is over its bound: the frame was not sent and the peer should be given up
   */
  send(frame: Buffer | string, source?: Peer): boolean {
    if (!this.isOpen) return true;
    const queued = this.socket.bufferedAmount;
    if (queued + frame.length > this.limits.maxQueuedBytes) return false;
    if (!source || queued + frame.length < this.limits.pauseAtQueuedBytes) {
      if (this.stream && typeof frame !== "string") this.stream.write(textFrame(frame));
      else this.socket.send(frame, SEND_TEXT);
      return true;
    }
    source.socket.pause();
    this.stalledSince ??= Date.now();
    this.socket.send(frame, SEND_TEXT, () => {
      if (this.stalledSince === undefined || this.socket.bufferedAmount >= this.limits.pauseAtQueuedBytes / 2)
        return;
      this.stalledSince = undefined;
      // A paused socket hears nothing; that is no sign that it is dead.
      source.heardAt = Date.now();
      source.socket.resume();
    });
    return true;
  }

  ping(): void {
    if (this.isOpen) this.socket.ping();
  }

  /** Closes with a code; a peer that does not answer is cut off after `withinMs`. */
  close(code: number, reason: string, withinMs = 1_000): void {
    if (this.socket.readyState >= this.socket.CLOSING && !this.socket.isPaused) return;
    if (this.socket.isPaused) this.socket.resume();
    this.socket.close(code, reason);
    const timer = setTimeout(() => this.socket.terminate(), withinMs);
    timer.unref();
    this.socket.once("close", () => clearTimeout(timer));
  }
}

const SEND_TEXT = { binary: false } as const;

/** A text message of a server in one frame, unmasked: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function textFrame(payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length <= 0xffff ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FIN | TEXT;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = LENGTH_IN_2_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_IN_8_BYTES;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(payload, head);
  return frame;
}

const FIN = 0x80;
const TEXT = 0x01;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
