import type { WebSocket } from "ws";
import type { SessionFault } from "../faultSchemas.js";
import { FaultyWire } from "../faultyWire.js";
import type { Admission } from "../handshake.js";
import { newId } from "../ids.js";
import type { Pace } from "../pace.js";
import { RealtimeSession } from "../realtimeSession.js";
import type { Script } from "../script.js";
import type { CallView } from "../sessionList.js";
import { lifetimeMs, socketCarrier } from "../sessionSocket.js";
import { CallPeer } from "./callPeer.js";
import { FrameClock } from "./frameClock.js";
import { type AudioPacket, Microphone } from "./microphone.js";
import { FRAME_MS, Playout } from "./playout.js";

export interface CallOptions {
  admission: Admission;
  /** The standard key that the call belongs to. */
  ownerKey: string;
  script: Script | undefined;
  pace: Pace;
  faults: SessionFault[];
  onEnd(): void;
}

/** A client that has its answer must have connected by then. */
const CONNECT_TIMEOUT_MS = 30_000;
/** A microphone from which nothing comes for so long is silent, as a jitter buffer has it. */
const MISSING_AUDIO_MS = 200;

/**
 * One WebRTC call: a session whose events go to the client's data channel and to every sideband alike, as the real
 * one's do as far as is documented. Who joins late is told `session.created` and nothing of what was before.
 */
export class Call {
  readonly id = newId("rtc");
  readonly session: RealtimeSession;
  private readonly wire: FaultyWire;
  private readonly sidebands = new Set<WebSocket>();
  private readonly microphone = new Microphone();
  private readonly clock = new FrameClock((due) => this.tick(due));
  private peer: CallPeer | undefined;
  private frameIndex = 0;
  private isPlaying = false;
  private lastHeardAt: number | undefined;
  private receivedMs = 0;
  private sentMs = 0;

  constructor(private readonly options: CallOptions) {
    const { admission, script, pace, faults } = options;
    this.wire = new FaultyWire(
      {
        send: (text) => this.tellAll(text),
        close: (code, reason) => this.end(code, reason),
        cut: () => this.cut(),
      },
      faults,
    );
    const { config, modelFixed } = admission;
    this.session = new RealtimeSession({
      config,
      modelFixed,
      script,
      pace,
      wire: this.wire,
      playout: new Playout(),
    });
    this.wire.schedule = (ms, act) => this.session.after(ms, act);
  }

  get ownerKey(): string {
    return this.options.ownerKey;
  }

  /** Connects the client that made the offer and starts the session. Returns the answer; rejects a bad offer. */
  async answer(offer: string): Promise<string> {
    const { peer, answer } = await CallPeer.answering(offer, {
      onConnected: () => this.clock.start(),
      onChannelOpen: () => {
        if (this.session.isOpen && !this.wire.isSilent) this.peer?.send(this.session.greeting());
        this.wire.strike("connect");
      },
      onMessage: (text) => this.session.receive(text, "data_channel"),
      onAudio: (packet) => this.hear(packet),
      onGone: () => this.end(),
    });
    this.peer = peer;
    this.session.start(lifetimeMs(this.options.faults));
    this.session.after(CONNECT_TIMEOUT_MS, () => {
      if (!this.clock.isRunning) this.end();
    });
    return answer;
  }

  /** Lets one more socket listen and speak; its closing ends nothing else. */
  join(socket: WebSocket): void {
    this.sidebands.add(socket);
    socket.on("message", (data, isBinary) => this.session.receive(isBinary ? "" : String(data), "sideband"));
    socket.on("ping", (data) => {
      if (this.wire.answersPings) socket.pong(data);
    });
    socket.on("close", () => this.sidebands.delete(socket));
    socket.on("error", () => socket.terminate());
    if (!this.wire.isSilent) socketCarrier(socket).send(this.session.greeting());
  }

  /** Hangs up: the client's connection and every sideband are closed. Does nothing when the call is over. */
  end(code = 1000, reason = ""): void {
    for (const socket of this.sidebands) socket.close(code, reason);
    void this.over({ flush: true });
  }

  /** Ends it without a word to anyone; resolves once nothing of it is left. */
  cut(): Promise<void> {
    for (const socket of this.sidebands) socket.terminate();
    return this.over({ flush: false });
  }

  dropSidebands(): void {
    for (const socket of this.sidebands) socket.terminate();
  }

  view(): CallView {
    return {
      callId: this.id,
      sidebands: this.sidebands.size,
      audioReceivedMs: Math.round(this.receivedMs),
      audioSentMs: this.sentMs,
    };
  }

  private async over({ flush }: { flush: boolean }): Promise<void> {
    this.clock.stop();
    this.session.stop();
    this.options.onEnd();
    await this.peer?.close({ flush });
  }

  private tellAll(text: string): void {
    this.peer?.send(text);
    for (const socket of this.sidebands) socketCarrier(socket).send(text);
  }

  private hear(packet: AudioPacket): void {
    if (!this.session.isOpen) return;
    this.lastHeardAt = performance.now();
    this.receivedMs += packet.payload.length / 8;
    this.session.hear(this.microphone.take(packet, this.inputFormat));
  }

  private tick(dueFrames: number): void {
    if (this.lastHeardAt !== undefined && performance.now() - this.lastHeardAt > MISSING_AUDIO_MS) {
      this.session.hear(this.microphone.silence(FRAME_MS, this.inputFormat));
    }
    for (let i = 0; i < dueFrames; i += 1) this.playFrame();
  }

  private playFrame(): void {
    const frame = this.session.takeFrame();
    this.frameIndex += 1;
    if (frame && !this.wire.isSilent) {
      this.peer?.sendFrame(frame, this.frameIndex, !this.isPlaying);
      this.sentMs += FRAME_MS;
    }
    this.isPlaying = frame !== undefined;
  }

  private get inputFormat() {
    return this.session.config.audio.input.format.type;
  }
}
