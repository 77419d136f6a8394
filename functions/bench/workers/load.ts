import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import WebSocket, { WebSocketServer } from "ws";
import { quantile } from "../statistics";
import { answerCalls } from "../worker";
import { appendFrame, carries, deltaFrameOf, isAppend, isDelta, speech } from "./frames";
import { paced } from "./pace";

// Both ends of the relays under test: the clients that speak, and a model that says what it hears.

const FRAMES_PER_SECOND = 50;
/** Frames of the slowest relay may still be on their way when the last was sent. */
const DRAIN_MS = 2_000;
const CHECK_EVERY = 64;

/** What a window of speaking has shown. */
export interface WindowResult {
  roundTrips: number;
  /** Frames that did not come back. */
  lost: number;
  /** From a frame's being sent to its echo's arrival, in ms. */
  p50: number;
  p99: number;
  /** What went over the clients' sockets, both ways, in bytes. */
  clientBytes: number;
}

/** How a client speaks and hears: in events, or in raw audio. */
interface Language {
  /** What is sent for 20 ms of speech. */
  frame: Buffer;
  isEcho(frame: Buffer, isBinary: boolean): boolean;
  /** Whether an echo carries what was sent. */
  carriesFrame(echo: Buffer): boolean;
}

function events(): Language {
  const frame = appendFrame(speech());
  return { frame, isEcho: (echo) => isDelta(echo), carriesFrame: (echo) => carries(echo, frame) };
}

function rawAudio(): Language {
  const frame = speech();
  return { frame, isEcho: (_echo, isBinary) => isBinary, carriesFrame: (echo) => echo.equals(frame) };
}

class Client {
  /** When the frames were sent that are on their way, oldest first. */
  readonly #sentAt: number[] = [];
  #received = 0;
  latencies: number[] = [];

  constructor(
    readonly socket: WebSocket,
    private readonly language: Language,
    private readonly isBinary: boolean,
  ) {
    socket.on("message", (frame: Buffer, binary: boolean) => this.#receive(frame, binary));
    socket.on("error", (error) => console.error("bench client:", error.message));
  }

  get pending(): number {
    return this.#sentAt.length;
  }

  speak(): void {
    this.#sentAt.push(performance.now());
    this.socket.send(this.language.frame, { binary: this.isBinary });
  }

  /** What went over its socket so far, in bytes. */
  get bytes(): number {
    const { _socket } = this.socket as unknown as { _socket: Socket };
    return _socket.bytesRead + _socket.bytesWritten;
  }

  /** Gives what it has measured and starts anew. */
  take(): number[] {
    const taken = this.latencies;
    this.latencies = [];
    this.#sentAt.length = 0;
    return taken;
  }

  #receive(frame: Buffer, binary: boolean): void {
    if (!this.language.isEcho(frame, binary)) return;
    const sentAt = this.#sentAt.shift();
    if (sentAt !== undefined) this.latencies.push(performance.now() - sentAt);
    this.#received += 1;
    if (this.#received % CHECK_EVERY === 0 && !this.language.carriesFrame(frame))
      throw new Error("An echo is not what was sent.");
  }
}

const groups = new Map<string, Client[]>();

const api = {
  /** Starts the model. @returns its `ws:` URL */
  async listen(_input: null): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
    server.on("connection", (socket) => {
      socket.send('{"type":"session.created","event_id":"event_1","session":{"type":"realtime"}}');
      socket.on("message", (frame: Buffer) => {
        if (isAppend(frame)) socket.send(deltaFrameOf(frame), { binary: false });
        else socket.send('{"type":"session.updated","event_id":"event_2","session":{"type":"realtime"}}');
      });
      socket.on("error", () => socket.terminate());
    });
    await once(server, "listening");
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`;
  },

  /** Opens sessions of a group and waits until the model answers in each. */
  async open({ group, urls }: { group: string; urls: string[] }): Promise<number> {
    const opened = await Promise.all(urls.map(openClient));
    const clients = [...(groups.get(group) ?? []), ...opened];
    groups.set(group, clients);
    return clients.length;
  },

  /** Closes a group's sessions. */
  async close({ group }: { group: string }): Promise<void> {
    const clients = groups.get(group) ?? [];
    groups.delete(group);
    await Promise.all(
      clients.map(({ socket }) => {
        const closed = once(socket, "close");
        socket.close();
        return closed;
      }),
    );
  },

  /** Lets every session of a group speak for so long, 50 frames a second each, evenly spread. */
  async speak({ group, seconds }: { group: string; seconds: number }): Promise<WindowResult> {
    const clients = groups.get(group) ?? [];
    const framesPerMs = (clients.length * FRAMES_PER_SECOND) / 1_000;
    const total = Math.round(framesPerMs * 1_000 * seconds);
    const bytesBefore = bytesOf(clients);
    await paced({ steps: total, perMs: framesPerMs }, (n) => clients[n % clients.length]?.speak());
    const until = performance.now() + DRAIN_MS;
    while (performance.now() < until && clients.some(({ pending }) => pending > 0)) await delay(1);
    const lost = clients.reduce((sum, { pending }) => sum + pending, 0);
    const latencies = clients.flatMap((client) => client.take());
    return {
      roundTrips: latencies.length,
      lost,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      clientBytes: bytesOf(clients) - bytesBefore,
    };
  },
};
export type LoadApi = typeof api;

function bytesOf(clients: Client[]): number {
  return clients.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function openClient(url: string): Promise<Client> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const isBinary = new URL(url).searchParams.get("audio") === "binary";
  const client = new Client(socket, isBinary ? rawAudio() : events(), isBinary);
  await new Promise<void>((resolve, reject) => {
    socket.once("message", () => resolve());
    socket.once("close", (code, reason) => reject(new Error(`closed with ${code} ${reason}`)));
  });
  return client;
}

answerCalls(api);
