import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import { newSid } from "../ids.js";
import { Assistant } from "./assistant.js";
import type { CallAudio } from "./callAudio.js";
import type { Caller, CallerFrame } from "./caller.js";
import type { Playout } from "./playout.js";
import { readServerMessage, type ServerMessage } from "./serverMessages.js";
import { emptyStreamLog, logSound, type MarkView } from "./streamLog.js";
import { BYTES_PER_MS, FRAME_BYTES, FRAME_MS, type Ticker } from "./ticker.js";

export interface StreamSetup {
  url: string;
  signature: string;
  parameters: Record<string, string>;
  accountSid: string;
  callSid: string;
  caller: Caller;
  ticker: Ticker;
  /** Where both sides are kept, and how long after its beginning the stream starts. */
  audio?: CallAudio | undefined;
  sinceAnswerMs: () => number;
  hangUp: () => void;
  onStart: () => void;
}

/** How a stream ended; `failed` never began. */
export interface StreamEnd {
  by: "server" | "twilio" | "caller" | "failed";
  code?: number;
  reason?: string;
  error?: { code: number; message: string };
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MESSAGE_MAX_BYTES = 1024 * 1024;
const SILENCE_PAYLOAD = Buffer.alloc(FRAME_BYTES, 0xff).toString("base64");

/**
 * One `<Connect><Stream>`: Twilio's end of the WebSocket, with a caller who speaks and hears in real time.
 * https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
export class MediaStream {
  readonly sid = newSid("MZ");
  readonly log = emptyStreamLog();
  startedAt: number | undefined;
  endedAt: number | undefined;
  end: StreamEnd | undefined;
  private readonly assistant = new Assistant({
    log: this.log,
    now: () => performance.now() - this.clockZero,
    echo: (name) => this.send("mark", { mark: { name } }),
    keep: (ms, offset, sound) => this.setup.audio?.assistant.write(this.sampleAt(ms) + offset, sound),
  });
  private readonly socket: WebSocket;
  private readonly done = Promise.withResolvers<StreamEnd>();
  private sequence = 0;
  private clockZero = 0;
  private firstSample = 0;
  private frames = 0;
  private stopTicking: (() => void) | undefined;

  constructor(readonly setup: StreamSetup) {
    this.socket = new WebSocket(setup.url, {
      headers: { "X-Twilio-Signature": setup.signature, "User-Agent": "Twilio.TmeWs/1.0" },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MESSAGE_MAX_BYTES,
      perMessageDeflate: false,
    });
    this.socket.on("open", () => this.start());
    this.socket.on("unexpected-response", (_request, response) => this.refused(response));
    this.socket.on("message", (data, isBinary) => this.receive(data as Buffer, isBinary));
    this.socket.on("close", (code, reason) => this.closed(code, reason.toString("utf8")));
    this.socket.on("error", (error) => this.broken(error));
  }

  get playout(): Playout<MarkView> {
    return this.assistant.playout;
  }

  /** Runs until the stream has ended, which the signal makes it do. */
  run(signal: AbortSignal): Promise<StreamEnd> {
    const stop = () => this.stop("twilio");
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    return this.done.promise.finally(() => signal.removeEventListener("abort", stop));
  }

  private start(): void {
    const { accountSid, callSid, parameters, ticker, sinceAnswerMs } = this.setup;
    if (this.end) return;
    this.startedAt = Date.now();
    this.setup.caller.restart();
    this.clockZero = performance.now();
    this.firstSample = Math.round(sinceAnswerMs() * BYTES_PER_MS);
    this.socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    this.send("start", {
      start: {
        accountSid,
        streamSid: this.sid,
        callSid,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
        customParameters: parameters,
      },
    });
    this.stopTicking = ticker.add((now) => this.tick(now));
    this.setup.onStart();
  }

  /** Catches up with the clock, so that a late timer neither loses nor delays what follows. */
  private tick(now: number): void {
    const due = Math.floor((now - this.clockZero) / FRAME_MS);
    while (this.frames < due && !this.end) this.frame();
  }

  /** 20 ms are over: what the caller said in them is sent, and what is heard in the next 20 ms begins to play. */
  private frame(): void {
    const saidAt = this.frames * FRAME_MS;
    this.frames += 1;
    const wasHeard = this.assistant.isHeard;
    this.assistant.nextFrame(this.frames * FRAME_MS);
    const frame = this.setup.caller.next(saidAt, wasHeard);
    if (frame.act) this.act(frame.act);
    else this.sendFrame(frame, saidAt);
  }

  private sendFrame({ lost, sound, says, digit }: CallerFrame, ms: number): void {
    if (lost) {
      this.log.lostFrames += 1;
      return;
    }
    if (sound) {
      this.setup.audio?.caller.write(this.sampleAt(ms), sound);
      logSound(this.log.said, ms, ms + FRAME_MS);
      if (says) this.log.spoken.push({ text: says.text, fromMs: ms, toMs: ms + says.ms });
    }
    this.log.sentFrames += 1;
    this.send("media", {
      media: {
        track: "inbound",
        chunk: String(this.log.sentFrames),
        timestamp: String(ms),
        payload: sound?.toString("base64") ?? SILENCE_PAYLOAD,
      },
    });
    if (digit === undefined) return;
    this.log.digits.push({ digit, atMs: ms });
    this.send("dtmf", { dtmf: { track: "inbound_track", digit } });
  }

  private act(act: NonNullable<CallerFrame["act"]>): void {
    if (act === "hangUp") {
      this.stop("caller");
      this.setup.hangUp();
      return;
    }
    this.finish({ by: "twilio", reason: "the socket was cut" });
    this.socket.terminate();
  }

  private receive(data: Buffer, isBinary: boolean): void {
    if (this.end) return;
    this.log.receivedMessages += 1;
    const message = readServerMessage(data, isBinary, this.sid);
    if ("code" in message) {
      this.send("stop", this.stopBody());
      this.finish({ by: "twilio", error: message });
      this.socket.close(1003);
      return;
    }
    this.obey(message);
  }

  private obey(message: ServerMessage): void {
    if (message.event === "media") this.assistant.push(Buffer.from(message.media.payload, "base64"));
    else if (message.event === "clear") this.assistant.clear();
    else this.assistant.mark(message.mark.name);
  }

  private stop(by: StreamEnd["by"]): void {
    if (this.end) return;
    if (this.socket.readyState === WebSocket.OPEN) {
      this.send("stop", this.stopBody());
      this.socket.close(1000);
    } else {
      this.socket.terminate();
    }
    this.finish({ by });
  }

  private closed(code: number, reason: string): void {
    this.finish({ by: this.startedAt === undefined ? "failed" : "server", code, reason });
  }

  // https://www.twilio.com/docs/api/errors/31920
  private refused(response: IncomingMessage): void {
    response.resume();
    const message = `Stream - WebSocket - Handshake Error: HTTP ${response.statusCode}`;
    this.finish({ by: "failed", error: { code: 31920, message } });
    this.socket.terminate();
  }

  private broken(error: Error): void {
    const began = this.startedAt !== undefined;
    const what = began ? "Protocol Error" : "Handshake Error";
    const shown = { code: began ? 31924 : 31920, message: `Stream - WebSocket - ${what}: ${error.message}` };
    this.finish({ by: began ? "server" : "failed", error: shown });
    this.socket.terminate();
  }

  private finish(end: StreamEnd): void {
    if (this.end) return;
    this.end = end;
    this.endedAt = Date.now();
    this.stopTicking?.();
    // A stream is kept for its counts, not for its sound.
    this.playout.end();
    this.setup.audio = undefined;
    this.done.resolve(end);
  }

  private send(event: string, body: object): void {
    this.sequence += 1;
    const message = { event, sequenceNumber: String(this.sequence), ...body, streamSid: this.sid };
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private stopBody() {
    return { stop: { accountSid: this.setup.accountSid, callSid: this.setup.callSid } };
  }

  private sampleAt(ms: number): number {
    return this.firstSample + ms * BYTES_PER_MS;
  }
}
