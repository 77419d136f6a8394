import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";

/** A model that consents to every configuration, remembers what it receives, and says just what a test lets it. */
export interface FakeModel {
  url: string;
  /** Every event that came, of all sockets, in order. */
  received: Record<string, unknown>[];
  /** The audio of all appends, as one. */
  heard(): Buffer;
  /** Sends these frames to all sockets, as they are. */
  say(...frames: (string | object)[]): void;
  stop(): Promise<void>;
}

export async function startFakeModel(): Promise<FakeModel> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const received: Record<string, unknown>[] = [];
  server.on("connection", (socket: WebSocket) => {
    socket.on("message", (data) => {
      const event = JSON.parse(String(data)) as Record<string, unknown>;
      received.push(event);
      if (event.type === "session.update") socket.send('{"type":"session.updated","session":{}}');
    });
  });
  const { port } = server.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${port}`,
    received,
    heard: () =>
      Buffer.concat(
        received
          .filter(({ type }) => type === "input_audio_buffer.append")
          .map(({ audio }) => Buffer.from(String(audio), "base64")),
      ),
    say(...frames) {
      for (const socket of server.clients)
        for (const frame of frames) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    },
    async stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
