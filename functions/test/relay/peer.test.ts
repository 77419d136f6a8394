import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type WebSocket from "ws";
import { FrameCount } from "../../src/relay/frameCount";
import { Peer } from "../../src/relay/peer";

const LIMITS = { maxQueuedBytes: 1_000, pauseAtQueuedBytes: 100 };

/** A socket whose queue the test fills and drains. */
class FakeSocket extends EventEmitter {
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readyState = 1;
  isPaused = false;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly ponged: string[] = [];
  readonly #written: (() => void)[] = [];

  send(frame: Buffer | string, _options: unknown, written?: () => void): void {
    this.sent.push(String(frame));
    this.bufferedAmount += frame.length;
    if (written) this.#written.push(written);
  }
  pong(data: Buffer): void {
    this.ponged.push(String(data));
    this.bufferedAmount += data.length + 2;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  /** All that is queued has gone out. */
  drain(): void {
    this.bufferedAmount = 0;
    for (const written of this.#written.splice(0)) written();
  }
}

function peer() {
  const socket = new FakeSocket();
  return { socket, peer: new Peer(socket as unknown as WebSocket, LIMITS) };
}

describe("One end of a relayed connection", () => {
  it("lets its counterpart wait while it has much queued, and go on when that has gone out", () => {
    const reader = peer();
    const source = peer();
    assert.equal(reader.peer.send("x".repeat(50), source.peer), true);
    assert.equal(source.socket.isPaused, false);
    assert.equal(reader.peer.send("x".repeat(60), source.peer), true);
    assert.equal(source.socket.isPaused, true);
    assert.notEqual(reader.peer.stalledSince, undefined);
    reader.socket.drain();
    assert.equal(source.socket.isPaused, false);
    assert.equal(reader.peer.stalledSince, undefined);
  });

  it("never has more queued than its bound: what would pass it is not sent", () => {
    const { socket, peer: one } = peer();
    let refused = 0;
    for (let frame = 0; frame < 100; frame += 1) if (!one.send("x".repeat(30))) refused += 1;
    assert.ok(socket.bufferedAmount <= LIMITS.maxQueuedBytes);
    assert.equal(refused + socket.sent.length, 100);
    assert.ok(refused > 0);
  });

  it("answers pings, but no more of them than it reads the answers of", () => {
    const { socket } = peer();
    for (let ping = 0; ping < 1_000; ping += 1) socket.emit("ping", Buffer.from(`ping ${ping}`));
    assert.ok(socket.ponged.length > 0);
    assert.ok(socket.bufferedAmount <= LIMITS.pauseAtQueuedBytes + 127);
    socket.drain();
    socket.emit("ping", Buffer.from("again"));
    assert.equal(socket.ponged.at(-1), "again");
  });

  it("counts what it sends, text and binary, in bytes", () => {
    const sent = new FrameCount();
    const one = new Peer(new FakeSocket() as unknown as WebSocket, LIMITS, sent);
    one.send("é");
    one.send(Buffer.alloc(10));
    one.send(Buffer.alloc(20), undefined, true);
    one.send(Buffer.alloc(2_000), undefined, true);
    assert.deepEqual({ ...sent }, { textFrames: 2, textBytes: 12, binaryFrames: 1, binaryBytes: 20 });
  });

  it("is sent nothing once it is closing", () => {
    const { socket, peer: one } = peer();
    socket.readyState = socket.CLOSING;
    assert.equal(one.send("late"), true);
    socket.emit("ping", Buffer.from("late"));
    assert.deepEqual([...socket.sent, ...socket.ponged], []);
  });
});
