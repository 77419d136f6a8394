import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";

const CLOSED_WITHIN_MS = 30_000;

/**
 * A model's end of calls that are held beside it: lets a sideband into whatever call it names, and consents to every
 * configuration. Nothing is ever said in these calls.
 */
export class CallModel {
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });

  constructor() {
    this.#server.on("connection", serveSideband);
  }

  /** Resolves when it listens. @returns its `ws:` URL */
  async listen(): Promise<string> {
    await once(this.#server, "listening");
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/realtime`;
  }

  /** Sidebands that are open. */
  get sidebands(): number {
    return this.#server.clients.size;
  }

  /** Resolves when no sideband is open any more. */
  async allClosed(): Promise<void> {
    for (const until = Date.now() + CLOSED_WITHIN_MS; this.sidebands > 0; await delay(50)) {
      if (Date.now() > until) throw new Error(`${this.sidebands} sidebands stay open.`);
    }
  }

  /** Ends every call. */
  hangUp(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  stop(): void {
    this.hangUp();
    this.#server.close();
  }
}

function serveSideband(socket: WebSocket): void {
  const send = (type: string, session: object) =>
    socket.send(JSON.stringify({ type, event_id: type, session }));
  send("session.created", { type: "realtime" });
  socket.on("message", (frame: Buffer) => {
    const event = JSON.parse(frame.toString()) as { type: string; session?: object };
    if (event.type === "session.update") send("session.updated", event.session ?? {});
  });
  socket.on("error", () => socket.terminate());
}
