import type WebSocket from "ws";
import type { FrameCount } from "./frameCount";
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

  /** @param sent counts the frames that are sent */
  constructor(
    readonly socket: WebSocket,
    private readonly limits: QueueLimits,
    private readonly sent?: FrameCount,
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
   * Sends a frame.
   * @param source who it came from: paused while this peer has too much queued
   * @param isBinary only for a Buffer; else it is a text frame
   * @returns false where the queue is over its bound: the frame was not sent and the peer should be given up
   */
  send(frame: Buffer | string, source?: Peer, isBinary = false): boolean {
    if (!this.isOpen) return true;
    const queued = this.socket.bufferedAmount;
    if (queued + frame.length > this.limits.maxQueuedBytes) return false;
    this.sent?.add(Buffer.byteLength(frame), isBinary);
    if (!source || queued + frame.length < this.limits.pauseAtQueuedBytes) {
      this.socket.send(frame, isBinary ? SEND_BINARY : SEND_TEXT);
      return true;
    }
    source.socket.pause();
    this.stalledSince ??= Date.now();
    this.socket.send(frame, isBinary ? SEND_BINARY : SEND_TEXT, () => {
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

/** Whether nothing was heard of a peer for too long. */
export function isDead(peer: Peer, now: number, { deadAfterMs }: Pick<RelayLimits, "deadAfterMs">): boolean {
  return !peer.socket.isPaused && now - peer.heardAt > deadAfterMs;
}

/** Whether a peer has kept its counterpart waiting for too long. */
export function isStalled(peer: Peer, now: number, { stallMs }: Pick<RelayLimits, "stallMs">): boolean {
  return peer.stalledSince !== undefined && now - peer.stalledSince > stallMs;
}

const SEND_TEXT = { binary: false } as const;
const SEND_BINARY = { binary: true } as const;
