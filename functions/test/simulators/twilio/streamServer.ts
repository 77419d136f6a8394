import assert from "node:assert/strict";
import type { WebSocket } from "ws";
import { eventually } from "../../support/eventually.js";
import type { Application } from "./application.js";

/** A message from Twilio on a media stream. */
export interface StreamMessage {
  event: string;
  sequenceNumber?: string;
  streamSid?: string;
  start?: { streamSid: string; callSid: string; customParameters: Record<string, string> };
  media?: { track: string; chunk: string; timestamp: string; payload: string };
  mark?: { name: string };
  dtmf?: { digit: string };
  stop?: { callSid: string };
}

/** The application's end of one media stream, bare: it remembers every message and sends what it is told. */
export class ServedStream {
  readonly messages: StreamMessage[] = [];
  closed: { code: number } | undefined;
  streamSid = "";

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as StreamMessage;
      this.messages.push(message);
      if (message.start) this.streamSid = message.start.streamSid;
    });
    socket.on("close", (code) => {
      this.closed = { code };
    });
  }

  /** The next stream that Twilio opens to the application, begun. */
  static async next(application: Application): Promise<ServedStream> {
    const opened = Promise.withResolvers<ServedStream>();
    application.onStream = (socket) => opened.resolve(new ServedStream(socket));
    const stream = await opened.promise;
    await stream.until("start");
    return stream;
  }

  of(event: string): StreamMessage[] {
    return this.messages.filter((message) => message.event === event);
  }

  /** Waits for so many messages of a kind. */
  until(event: string, count = 1): Promise<StreamMessage[]> {
    return eventually(async () => {
      const found = this.of(event);
      assert.ok(found.length >= count, `${found.length} of ${count} ${event} messages`);
      return found;
    });
  }

  untilClosed(): Promise<{ code: number }> {
    return eventually(async () => {
      assert.ok(this.closed, "the stream is still open");
      return this.closed;
    });
  }

  play(audio: Buffer): void {
    this.send({ event: "media", media: { payload: audio.toString("base64") } });
  }

  mark(name: string): void {
    this.send({ event: "mark", mark: { name } });
  }

  clear(): void {
    this.send({ event: "clear" });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify({ streamSid: this.streamSid, ...message }));
  }
}
