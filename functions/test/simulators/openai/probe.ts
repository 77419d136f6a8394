import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";
import { WebSocket } from "ws";

type EventType = RealtimeServerEvent["type"];
type EventOf<Type extends EventType> = Extract<RealtimeServerEvent, { type: Type }>;

const WAIT_MS = 10_000;

/** A bare WebSocket client that remembers every event and lets a test wait for the next of a kind. */
export class Probe {
  readonly events: RealtimeServerEvent[] = [];
  readonly texts: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private cursor = 0;
  private wake: () => void = () => {};

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const text = String(data);
      this.texts.push(text);
      try {
        this.events.push(JSON.parse(text) as RealtimeServerEvent);
      } catch {
        // Kept in `texts` only.
      }
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on("error", () => {});
  }

  /** Listens on a socket that the test has opened its own way. */
  static on(socket: WebSocket): Probe {
    return new Probe(socket);
  }

  /** Connects and waits for the handshake; rejects with the HTTP status when it is refused. */
  static async open(url: string, key = "sk-test-1234", headers: Record<string, string> = {}): Promise<Probe> {
    const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${key}`, ...headers } });
    const probe = Probe.on(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return probe;
  }

  /** Connects and waits for `session.created`. */
  static async session(realtimeUrl: string, key?: string): Promise<Probe> {
    const probe = await Probe.open(`${realtimeUrl}?model=gpt-realtime-2.1`, key);
    await probe.next("session.created");
    return probe;
  }

  send(event: RealtimeClientEvent): void {
    this.sendAny(event);
  }

  /** Sends what the SDK's types would not allow. */
  sendAny(event: unknown): void {
    this.socket.send(typeof event === "string" ? event : JSON.stringify(event));
  }

  /** The next event of this type after those already waited for. */
  async next<Type extends EventType>(type: Type, waitMs = WAIT_MS): Promise<EventOf<Type>> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      while (this.cursor < this.events.length) {
        const event = this.events[this.cursor];
        this.cursor += 1;
        if (event?.type === type) return event as EventOf<Type>;
      }
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`No ${type} among ${this.events.map(nameOf).join(", ")}`);
      await this.moreWithin(leftMs);
    }
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  all<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  close(): void {
    this.socket.terminate();
  }

  private moreWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A typed user message. */
export function userText(text: string): RealtimeClientEvent {
  return {
    type: "conversation.item.create",
    item: { type: "message", role: "user", content: [{ type: "input_text", text }] },
  };
}

/** Audio in appends of 100 ms of PCM16. */
export function appends(audio: Buffer, bytesEach = 4_800): RealtimeClientEvent[] {
  const events: RealtimeClientEvent[] = [];
  for (let at = 0; at < audio.length; at += bytesEach) {
    const piece = audio.subarray(at, at + bytesEach).toString("base64");
    events.push({ type: "input_audio_buffer.append", audio: piece });
  }
  return events;
}

/** An event for a person: its type, and of an error what it says. */
function nameOf(event: RealtimeServerEvent): string {
  return event.type === "error" ? `error (${event.error.code}: ${event.error.message})` : event.type;
}
