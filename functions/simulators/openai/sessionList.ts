import type { RealtimeSession } from "./realtimeSession.js";
import type { SessionConfig } from "./sessionConfig.js";

/** A session as `GET /control/openai/sessions` shows it. */
export interface SessionView {
  id: string;
  /** The last four characters of the key it was opened with. */
  key: string;
  model: string;
  open: boolean;
  config: SessionConfig;
  /** Client events in order; a run of audio appends is one entry with a count. */
  events: Record<string, unknown>[];
  /** Older events that were let go. */
  dropped: number;
}

const CLOSED_KEPT = 200;

/** The sessions of this server, open and lately closed. */
export class SessionList {
  private readonly entries: { session: RealtimeSession; key: string }[] = [];

  add(session: RealtimeSession, key: string): void {
    this.entries.push({ session, key: key.slice(-4) });
    this.trim();
  }

  view(): SessionView[] {
    return this.entries.map(({ session, key }) => ({
      id: session.config.id,
      key,
      model: session.config.model,
      open: session.isOpen,
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

  private keep(wanted: (entry: { session: RealtimeSession; key: string }) => boolean): void {
    const kept = this.entries.filter(wanted);
    this.entries.splice(0, this.entries.length, ...kept);
  }
}
