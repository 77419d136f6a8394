import type { MediaStreamTrack, RTCDataChannel, RTCPeerConnection } from "werift";
import type { AudioPacket } from "./microphone.js";
import { FRAME_BYTES } from "./playout.js";

/** What a peer connection tells of its client. */
export interface PeerListener {
  onConnected(): void;
  /** The client's data channel can be spoken to. */
  onChannelOpen(): void;
  onMessage(text: string): void;
  onAudio(packet: AudioPacket): void;
  /** The client has closed the connection, or has not been heard of for 30 s. Called once. */
  onGone(): void;
}

const CHANNEL = "oai-events";
const PCMU = { mimeType: "audio/PCMU", clockRate: 8_000, channels: 1, payloadType: 0 };
/** As browsers have it. */
const MESSAGE_MAX_BYTES = 262_144;
/** For the last events before the connection goes. */
const FLUSH_MS = 100;
const WERIFT = () => import("werift");

/** Our end of a call's WebRTC connection: events over the client's data channel, µ-law at 8 kHz both ways. */
export class CallPeer {
  private channel: RTCDataChannel | undefined;
  private sequenceNumber = 0;
  private gone = false;

  private constructor(
    private readonly connection: RTCPeerConnection,
    private readonly voice: MediaStreamTrack,
    private readonly packets: Pick<Awaited<ReturnType<typeof WERIFT>>, "RtpPacket" | "RtpHeader">,
    private readonly listener: PeerListener,
  ) {
    connection.onDataChannel.subscribe((channel) => this.takeChannel(channel));
    connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe(({ header, payload }) => {
        listener.onAudio({ sequenceNumber: header.sequenceNumber, payload });
      });
    });
    connection.connectionStateChange.subscribe((state) => {
      if (state === "connected") listener.onConnected();
      if (state === "failed" || state === "closed") this.leave();
    });
  }

  /** Answers an offer, all our candidates in the answer. Rejects when it is none that can be answered. */
  static async answering(offer: string, listener: PeerListener): Promise<{ peer: CallPeer; answer: string }> {
    // It is heavy, and most runs of the simulator have no call.
    const { MediaStream, MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, ...packets } =
      await WERIFT();
    const connection = new RTCPeerConnection({
      codecs: { audio: [new RTCRtpCodecParameters(PCMU)], video: [] },
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ["127.0.0.1"],
      maxMessageSize: MESSAGE_MAX_BYTES,
    });
    const voice = new MediaStreamTrack({ kind: "audio" });
    const peer = new CallPeer(connection, voice, packets, listener);
    try {
      await connection.setRemoteDescription({ type: "offer", sdp: withoutMulticastNames(offer) });
      const transceiver = connection.getTransceivers().find(({ kind }) => kind === "audio");
      if (!transceiver) throw new Error("no audio");
      await transceiver.sender.replaceTrack(voice);
      // Pages take the model's voice from the first stream of the track event.
      transceiver.sender.setStreams([new MediaStream()]);
      transceiver.setDirection("sendrecv");
      await connection.setLocalDescription(await connection.createAnswer());
    } catch (error) {
      await peer.close();
      throw error;
    }
    return { peer, answer: connection.localDescription?.sdp ?? "" };
  }

  /** Does nothing while the channel is not open. */
  send(text: string): void {
    if (this.channel?.readyState !== "open") return;
    try {
      this.channel.send(text);
    } catch (error) {
      // One that is longer than the client takes; a call must survive it.
      console.error("OpenAI simulator: an event could not be sent to a call", error);
    }
  }

  /** Sends one frame; `index` counts frames since the connection, so that pauses keep their length. */
  sendFrame(frame: Buffer, index: number, isFirst: boolean): void {
    this.sequenceNumber = (this.sequenceNumber + 1) & 0xffff;
    const header = new this.packets.RtpHeader({
      payloadType: PCMU.payloadType,
      sequenceNumber: this.sequenceNumber,
      timestamp: (index * FRAME_BYTES) >>> 0,
      marker: isFirst,
    });
    this.voice.writeRtp(new this.packets.RtpPacket(header, frame));
  }

  /** Closes once what was sent is on its way; the listener hears nothing any more. */
  async close({ flush = false } = {}): Promise<void> {
    this.gone = true;
    if (flush) await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
    await this.connection.close();
  }

  private takeChannel(channel: RTCDataChannel): void {
    if (channel.label !== CHANNEL || this.channel) return;
    this.channel = channel;
    channel.onMessage.subscribe((data) => {
      if (!this.gone) this.listener.onMessage(typeof data === "string" ? data : "");
    });
    channel.stateChanged.subscribe((state) => {
      if (state === "open" && !this.gone) this.listener.onChannelOpen();
      // A client that closes its connection is known by its channel at once, and by its silence only after 30 s.
      if (state === "closed") this.leave();
    });
    if (channel.readyState === "open") this.listener.onChannelOpen();
  }

  private leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.listener.onGone();
  }
}

/** A browser's `.local` candidates would be looked up on the network; its checks reach us without them. */
function withoutMulticastNames(sdp: string): string {
  return sdp.replace(/^a=candidate:\S+ \d+ \S+ \d+ \S+\.local .*(?:\r?\n|$)/gm, "");
}
