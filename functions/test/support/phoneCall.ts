import { Timestamp } from "firebase-admin/firestore";
import { WebSocket } from "ws";
import { createCtx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { signatureOf } from "../../src/providers/twilioSignature";
import { type SessionDoc, sessions } from "../../src/voice/store";
import { createTicket, storeTicket } from "../../src/voice/tickets";
import { fromStack } from "./stackEnvironment";
import { storedSession } from "./storedSession";

export const STREAM_SID = "MZ0123456789abcdef0123456789abcdef";
const CALL_SID = "CA0123456789abcdef0123456789abcdef";
const ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";
const FRAME_BYTES = 160;
const WAIT_MS = 10_000;

type Message = { event: string; media?: { payload: string }; mark?: { name: string } };

/** A phone session as placing a call stores it, with a ticket for its stream. */
export async function phoneSession(one: Partial<SessionDoc> = {}) {
  const sessionId = one.sessionId ?? newId();
  const session = storedSession(
    { now: () => new Date() },
    { userId: newId(), kind: "phone", ...one, sessionId },
  );
  await sessions(createCtx().db).doc(sessionId).set(session);
  return { sessionId, userId: session.userId, token: await tokenFor(session) };
}

/** One more ticket for a session. @param ageSeconds how long ago it was given */
export async function tokenFor(
  { sessionId, userId }: Pick<SessionDoc, "sessionId" | "userId">,
  ageSeconds = 0,
): Promise<string> {
  const ctx = { ...createCtx(), log: createLogger("ERROR") };
  const { config, db } = ctx;
  const then = { ...ctx, config, db, now: () => new Date(Date.now() - ageSeconds * 1_000) };
  const claims = { sessionId, userId };
  const ticket = createTicket(then, claims);
  await db.runTransaction(async (tx) => storeTicket(then, tx, ticket, claims));
  return ticket;
}

/** The headers that Twilio opens a stream with, signed for the address that is configured. */
export function signedHeaders(
  path: string,
  authToken = fromStack("TWILIO_AUTH_TOKEN"),
): Record<string, string> {
  const url = fromStack("RELAY_URL") + path;
  return { "X-Twilio-Signature": signatureOf(authToken, { url }), "User-Agent": "Twilio.TmeWs/1.0" };
}

/** A phone as Twilio streams it: plays what it is sent, in its own time or at once, and acknowledges marks. */
export class Phone {
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string; at: number }>;
  /** Whether what comes is played at once. Else nothing is until `play`. */
  autoPlay = true;
  #unplayed: string[] = [];
  #sequence = 1;
  #wake: () => void = () => {};

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Message;
      this.messages.push(message);
      if (message.event === "mark" && message.mark) this.#unplayed.push(message.mark.name);
      if (this.autoPlay || message.event === "clear") this.play();
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: String(reason), at: Date.now() }));
    });
    socket.on("error", () => {});
  }

  /** Opens the socket; rejects with the HTTP status where it is refused. */
  static async dial(
    relayUrl: string,
    path = "/media-stream/support",
    headers: Record<string, string> = signedHeaders(path),
  ): Promise<Phone> {
    const phone = new Phone(new WebSocket(relayUrl + path, { headers }));
    await new Promise<void>((resolve, reject) => {
      phone.socket.once("open", resolve);
      phone.socket.once("error", reject);
    });
    return phone;
  }

  /** Opens the stream of a session's call. */
  static async call(relayUrl: string, token: string): Promise<Phone> {
    const phone = await Phone.dial(relayUrl);
    phone.connect();
    phone.start(token);
    return phone;
  }

  connect(): void {
    this.send({ event: "connected", protocol: "Call", version: "1.0.0" });
  }

  start(token: string | undefined, mediaFormat: object = {}): void {
    this.send({
      event: "start",
      sequenceNumber: this.#next(),
      start: {
        accountSid: ACCOUNT_SID,
        streamSid: STREAM_SID,
        callSid: CALL_SID,
        tracks: ["inbound"],
        mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1, ...mediaFormat },
        customParameters: token === undefined ? {} : { token },
      },
      streamSid: STREAM_SID,
    });
  }

  /** Speaks so much µ-law, in media messages of 20 ms, faster than life. */
  say(audio: Buffer): void {
    for (let at = 0; at < audio.length; at += FRAME_BYTES) {
      const payload = audio.subarray(at, at + FRAME_BYTES).toString("base64");
      const chunk = this.#next();
      const media = { track: "inbound", chunk, timestamp: String(Number(chunk) * 20), payload };
      this.send({ event: "media", sequenceNumber: chunk, media, streamSid: STREAM_SID });
    }
  }

  press(keys: string): void {
    for (const digit of keys) {
      const dtmf = { track: "inbound_track", digit };
      this.send({ event: "dtmf", streamSid: STREAM_SID, sequenceNumber: this.#next(), dtmf });
    }
  }

  stop(): void {
    const stop = { accountSid: ACCOUNT_SID, callSid: CALL_SID };
    this.send({ event: "stop", sequenceNumber: this.#next(), stop, streamSid: STREAM_SID });
  }

  /** Has played so many chunks more; all that came where left out. */
  play(chunks = this.#unplayed.length): void {
    for (const name of this.#unplayed.splice(0, chunks)) {
      this.send({ event: "mark", sequenceNumber: this.#next(), streamSid: STREAM_SID, mark: { name } });
    }
  }

  send(message: object | string): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** All audio that was sent to the phone. */
  heard(): Buffer {
    return Buffer.concat(this.messages.map(({ media }) => Buffer.from(media?.payload ?? "", "base64")));
  }

  count(event: string): number {
    return this.messages.filter((message) => message.event === event).length;
  }

  /** Waits until it was sent so many of these. */
  async until(event: string, count = 1): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (this.count(event) < count) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`${this.count(event)} ${event} instead of ${count}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  hangUp(): void {
    this.socket.terminate();
  }

  #next(): string {
    this.#sequence += 1;
    return String(this.#sequence);
  }
}

/** A session's document as it stands. */
export async function sessionNow(sessionId: string): Promise<SessionDoc | undefined> {
  return (await sessions(createCtx().db).doc(sessionId).get()).data();
}

/** For sessions of which the time is up. */
export function soon(ms: number): Timestamp {
  return Timestamp.fromMillis(Date.now() + ms);
}
