import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { StreamFault } from "./faultSchemas.js";
import type { LoggedRequest } from "./requestLog.js";

/** What a spoilt stream carries. */
export interface Spoilers {
  garbage: string | Uint8Array;
  /** Ends the stream; speech has none. */
  error?: string;
}

export interface OutgoingStreamOptions {
  logged: LoggedRequest;
  fault: StreamFault | undefined;
  spoilers: Spoilers;
}

/**
 * A streamed answer: one write a chunk, no faster than the client reads, and failing where it was asked to.
 * Its waits end when the client leaves.
 */
export class OutgoingStream {
  private readonly gone = new AbortController();
  private dueAt = performance.now();
  private sent = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: OutgoingStreamOptions,
  ) {
    if (response.closed) this.gone.abort();
    else response.once("close", () => this.gone.abort());
  }

  /** Lets `ms` pass since the end of the pause before; time that was lost by writing is made up for. */
  async pause(ms: number): Promise<void> {
    this.dueAt += ms;
    const leftMs = this.dueAt - performance.now();
    // A timer cannot be shorter than a millisecond.
    if (leftMs >= 1) await this.unlessGone(sleep(leftMs, undefined, { signal: this.gone.signal }));
  }

  /** False when nothing more is to be sent: the client has left, or a fault has ended the stream. */
  async send(chunk: string | Uint8Array): Promise<boolean> {
    const { fault, logged } = this.options;
    if (fault && this.sent === fault.afterChunks && !(await this.survives(fault))) return false;
    if (this.isOver) return false;
    this.sent += 1;
    logged.sendsChunk();
    if (!this.response.write(chunk)) await this.unlessGone(this.next("drain"));
    return !this.isOver;
  }

  end(): void {
    this.response.end();
  }

  private get isOver(): boolean {
    return this.gone.signal.aborted;
  }

  private async survives(fault: StreamFault): Promise<boolean> {
    const { spoilers, logged } = this.options;
    switch (fault.kind) {
      case "stream_garbage":
        this.response.write(spoilers.garbage);
        return true;
      case "stream_error":
        this.response.end(spoilers.error);
        return false;
      case "stream_cut":
        logged.cut();
        this.response.flushHeaders();
        // What was written in this turn of the loop is still on its way to the socket.
        await nextTurn();
        this.response.destroy();
        return false;
      case "stream_stall":
        this.response.flushHeaders();
        return false;
    }
  }

  private next(event: "drain"): Promise<unknown> {
    return once(this.response, event, { signal: this.gone.signal });
  }

  private async unlessGone(wait: Promise<unknown>): Promise<void> {
    try {
      await wait;
    } catch (error) {
      if (!this.isOver) throw error;
    }
  }
}
