import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { RealtimeClientEvent, RealtimeServerEvent } from "openai/resources/realtime/realtime";
import {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
} from "werift";
import { decodeAudio, encodeAudio } from "../../../simulators/openai/audioFormats.js";

type EventType = RealtimeServerEvent["type"];
type EventOf<Type extends EventType> = Extract<RealtimeServerEvent, { type: Type }>;

const WAIT_MS = 15_000;
const FRAME_MS = 20;
const FRAME_BYTES = 160;

/** A WebRTC client as a browser is one: a microphone that it is given sounds for, a speaker, and the data channel. */
export class CallClient {
  readonly events: RealtimeServerEvent[] = [];
  /** Of the audio received, the payloads in order. */
  readonly heard: Buffer[] = [];
  private readonly microphone = new MediaStreamTrack({ kind: "audio" });
  private readonly connection = new RTCPeerConnection({
    codecs: {
      audio: [
        new RTCRtpCodecParameters({ mimeType: "audio/PCMU", clockRate: 8_000, channels: 1, payloadType: 0 }),
      ],
      video: [],
    },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
    bundlePolicy: "max-bundle",
  });
  private readonly channel: RTCDataChannel;
  private cursor = 0;
  private frames: Buffer[] = [];
  private sent = 0;
  private speaking: NodeJS.Timeout | undefined;

  constructor() {
    this.channel = this.connection.createDataChannel("oai-events");
    this.channel.onMessage.subscribe((data) => {
      this.events.push(JSON.parse(String(data)) as RealtimeServerEvent);
    });
    this.connection.addTransceiver(this.microphone, { direction: "sendrecv" });
    this.connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(({ payload }) => this.heard.push(payload));
    });
  }

  async offer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return this.connection.localDescription?.sdp ?? assert.fail("no offer");
  }

  /** Connects with the answer, starts the microphone and waits for the data channel. */
  async connect(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: "answer", sdp });
    await this.until(() => this.isOpen, "the data channel opens");
    this.speaking = setInterval(() => this.sendFrame(), FRAME_MS);
  }

  get isOpen(): boolean {
    return this.channel.readyState === "open";
  }

  get connectionState(): string {
    return this.connection.connectionState;
  }

  send(event: RealtimeClientEvent): void {
    this.channel.send(JSON.stringify(event));
  }

  /** Says PCM16 of 24 kHz into the microphone, in real time; silence before and after. */
  say(pcm: Buffer): void {
    const muLaw = encodeAudio("audio/pcmu", decodeAudio("audio/pcm", pcm));
    for (let at = 0; at < muLaw.length; at += FRAME_BYTES) {
      const frame = Buffer.alloc(FRAME_BYTES, 0xff);
      muLaw.copy(frame, 0, at, at + FRAME_BYTES);
      this.frames.push(frame);
    }
  }

  /** The next event of this type after those already waited for. */
  async next<Type extends EventType>(type: Type): Promise<EventOf<Type>> {
    let found: RealtimeServerEvent | undefined;
    await this.until(() => {
      while (!found && this.cursor < this.events.length) {
        const event = this.events[this.cursor];
        this.cursor += 1;
        if (event?.type === type) found = event;
      }
      return found !== undefined;
    }, type);
    return found as EventOf<Type>;
  }

  /** The first event of this type so far. */
  first<Type extends EventType>(type: Type): EventOf<Type> {
    const found = this.events.find((event): event is EventOf<Type> => event.type === type);
    return found ?? assert.fail(`No ${type} among ${this.types()}`);
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + WAIT_MS;
    while (!isSo()) {
      if (Date.now() > deadline) assert.fail(`Not within ${WAIT_MS} ms: ${what}. Events: ${this.types()}`);
      await sleep(5);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.speaking);
    await this.connection.close();
  }

  private sendFrame(): void {
    this.sent += 1;
    const header = new RtpHeader({
      payloadType: 0,
      sequenceNumber: this.sent & 0xffff,
      timestamp: this.sent * FRAME_BYTES,
    });
    const frame = this.frames.shift() ?? Buffer.alloc(FRAME_BYTES, 0xff);
    this.microphone.writeRtp(new RtpPacket(header, frame));
  }
}
