import type { RealtimeSession } from "./realtimeSession.js";
import type { SessionConfig } from "./sessionConfig.js";

/** A session as `GET /control/openai/sessions` shows it. */
export interface SessionView {
  id: string;
  /** The last four characters of the key it was opened with. */
  key: string;
  model: string;
  open: boolean;
  transport: "websocket" | "webrtc";
  /** Of a call, `rtc_…`. */
  callId: string | null;
  /** How many sidebands a call has now. */
  sidebands: number;
  /** Audio that a call's client has sent, in ms. */
  audioReceivedMs: number;
  /** Audio that a call's client has been sent, in ms. */
  audioSentMs: number;
  config: SessionConfig;
  /** Client events in order, those of a call with the way they came in `via`; a run of audio appends is one entry with a count. */
  events: Record<string, unknown>[];
  /** Older events that were let go. */
  dropped: number;
}

/** What is shown of a call beyond its session. */
export type CallView = Pick<SessionView, "callId" | "sidebands" | "audioReceivedMs" | "audioSentMs">;

interface Entry {
  session: RealtimeSession;
  key: string;
  /** Left out for a session over a WebSocket. */
  callView?: () => CallView;
}

const CLOSED_KEPT = 200;
const NO_CALL: CallView = { callId: null, sidebands: 0, audioReceivedMs: 0, audioSentMs: 0 };

/** The sessions of this server, open and lately closed. */
export class SessionList {
  private readonly entries: Entry[] = [];

  add(session: RealtimeSession, key: string, callView?: () => CallView): void {
    this.entries.push({ session, key: key.slice(-4), ...(callView && { callView }) });
    this.trim();
  }

  view(): SessionView[] {
    return this.entries.map(({ session, key, callView }) => ({
      id: session.config.id,
      key,
      model: session.config.model,
      open: session.isOpen,
      transport: callView ? "webrtc" : "websocket",
      ...(callView?.() ?? NO_CALL),
      config: session.config,
      ...session.received.toJSON(),
    }));
  }

  clearClosed(): void {
    this.keep(({ session }) => session.isOpen);
  }

  stopAll(): void {
    for (const { session } of this.entries) session.stop();
  }

  private trim(): void {
    let surplus = this.entries.filter(({ session }) => !session.isOpen).length - CLOSED_KEPT;
    if (surplus <= 0) return;
    this.keep(({ session }) => {
      if (session.isOpen || surplus <= 0) return true;
      surplus -= 1;
      return false;
    });
  }

  private keep(wanted: (entry: Entry) => boolean): void {
    const kept = this.entries.filter(wanted);
    this.entries.splice(0, this.entries.length, ...kept);
  }
}
