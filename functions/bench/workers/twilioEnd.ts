import { randomBytes } from "node:crypto";
import { once } from "node:events";
import WebSocket from "ws";
import { BYTES_PER_MS, Hearing } from "./sound";

/** 20 ms, as Twilio sends them. */
const MEDIA_MS = 20;
const MEDIA_BYTES = MEDIA_MS * BYTES_PER_MS;
const ANSWER_WITHIN_MS = 5_000;
const ACCOUNT_SID = "AC00000000000000000000000000000000";

/** How Twilio opens a call's stream. */
export interface StreamAddress {
  callId: string;
  url: string;
  signature: string;
  /** Stands in the stream's `start`. */
  token: string;
}

interface ServerMessage {
  event: "media" | "mark" | "clear";
  media?: { payload: string };
  mark?: { name: string };
}

/**
 * Twilio's end of a call: sends what the caller says, and plays what it is sent in its time, after which it gives the
 * marks back. https://www.twilio.com/docs/voice/media-streams/websocket-messages
 */
export class TwilioEnd {
  /** How many times faster than in life sound is played. */
  pace = 1;
  /** Up to where the caller's sound was said. */
  said = 0;
  hearing: Hearing;
  readonly #streamSid = sid("MZ");
  #sequence = 0;
  #chunk = 0;
  /** When all that came will have been played. */
  #silentAt = 0;
  #marks: { name: string; dueAt: number }[] = [];
  #playing: NodeJS.Timeout | undefined;
  readonly #awaited = new Map<string, (at: number) => void>();

  /** @param sound what the caller says @param heard what the model says */
  private constructor(
    private readonly socket: WebSocket,
    private readonly sound: Buffer,
    private readonly heard: Buffer,
  ) {
    this.hearing = new Hearing(heard);
    socket.on("message", (frame: Buffer) => this.#obey(JSON.parse(frame.toString()) as ServerMessage));
    socket.on("error", (error) => console.error("bench stream:", error.message));
    socket.on("close", (code, reason) => console.error(`bench stream: closed with ${code} ${reason}`));
  }

  static async open(address: StreamAddress, sound: Buffer, heard: Buffer): Promise<TwilioEnd> {
    const socket = new WebSocket(address.url, {
      headers: { "X-Twilio-Signature": address.signature, "User-Agent": "Twilio.TmeWs/1.0" },
      perMessageDeflate: false,
    });
    await once(socket, "open");
    const end = new TwilioEnd(socket, sound, heard);
    end.#start(address.token);
    return end;
  }

  /** Whether all that was played is over, and said to be. */
  get isSilent(): boolean {
    return this.#marks.length === 0;
  }

  /** Both sounds begin anew. */
  rewind(): void {
    this.said = 0;
    this.hearing = new Hearing(this.heard);
  }

  /** The caller goes on for 20 ms. */
  say(): void {
    this.#chunk += 1;
    this.#send("media", {
      media: {
        track: "inbound",
        chunk: String(this.#chunk),
        timestamp: String(this.#chunk * MEDIA_MS),
        payload: this.sound.toString("base64", this.said, this.said + MEDIA_BYTES),
      },
    });
    this.said += MEDIA_BYTES;
  }

  /** When the next message of this kind has come, by this process's clock. */
  next(event: ServerMessage["event"]): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No ${event} came.`)), ANSWER_WITHIN_MS);
      this.#awaited.set(event, (at) => {
        clearTimeout(timer);
        resolve(at);
      });
    });
  }

  #start(token: string): void {
    this.socket.send(JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }));
    this.#send("start", {
      start: {
        accountSid: ACCOUNT_SID,
        streamSid: this.#streamSid,
        callSid: sid("CA"),
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
        customParameters: { token },
      },
    });
  }

  #obey({ event, media, mark }: ServerMessage): void {
    const awaited = this.#awaited.get(event);
    if (awaited) {
      this.#awaited.delete(event);
      awaited(performance.now());
    }
    if (media) this.#play(Buffer.from(media.payload, "base64"));
    else if (mark) this.#marks.push({ name: mark.name, dueAt: this.#silentAt });
    else this.#silentAt = performance.now();
    this.#echo(event === "clear");
  }

  #play(audio: Buffer): void {
    this.hearing.take(audio);
    this.#silentAt = Math.max(this.#silentAt, performance.now()) + audio.length / BYTES_PER_MS / this.pace;
  }

  /** Gives back the marks that have been reached, or all. */
  #echo(all: boolean): void {
    const now = performance.now();
    for (let next = this.#marks[0]; next && (all || next.dueAt <= now); next = this.#marks[0]) {
      this.#marks.shift();
      this.#send("mark", { mark: { name: next.name } });
    }
    const [next] = this.#marks;
    if (!next || this.#playing) return;
    this.#playing = setTimeout(() => {
      this.#playing = undefined;
      this.#echo(false);
    }, next.dueAt - now);
  }

  #send(event: string, body: object): void {
    this.#sequence += 1;
    const sequenceNumber = String(this.#sequence);
    this.socket.send(JSON.stringify({ event, sequenceNumber, ...body, streamSid: this.#streamSid }));
  }
}

function sid(kind: string): string {
  return kind + randomBytes(16).toString("hex");
}
