import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";
import WebSocket from "ws";
import { within } from "./until";

/** What the relay says beyond the model's events: a turn is stored. */
export interface TurnSavedEvent {
  type: "relay.turn.saved";
  event_id: string;
  session_id: string;
  item_id: string;
}

/** Everything that comes from the relay. */
export type IncomingEvent = RealtimeServerEvent | TurnSavedEvent;

const OPEN_TIMEOUT_MS = 10_000;

/** The socket to the relay: Realtime events as JSON, both ways. */
export class Connection {
  /** How it was closed, once it is. */
  closedWith: { code: number; reason: string } | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on("close", (code, reason) => {
      this.closedWith = { code, reason: reason.toString() };
    });
    // Whatever breaks a socket also closes it, and that is what counts.
    socket.on("error", () => {});
  }

  /** @param onEvent is told of every event, from the first */
  static async open(url: string, onEvent: (event: IncomingEvent) => void): Promise<Connection> {
    const socket = new WebSocket(url);
    const connection = new Connection(socket);
    socket.on("message", (data) => {
      onEvent(JSON.parse(String(data)) as IncomingEvent);
    });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", (error) => reject(new Error(`The relay refuses the socket: ${error.message}`)));
    });
    await within(opened, OPEN_TIMEOUT_MS, "the relay to open the socket");
    return connection;
  }

  send(event: RealtimeClientEvent): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  /** @throws Error with the code and the reason where the socket is closed */
  assertOpen(): void {
    if (!this.closedWith) return;
    const { code, reason } = this.closedWith;
    throw new Error(`The relay closed the socket with ${code}${reason && ` (${reason})`}.`);
  }

  terminate(): void {
    this.socket.terminate();
  }
}
