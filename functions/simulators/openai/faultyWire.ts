import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import type { SessionFault } from "./faultSchemas.js";
import type { SessionWire } from "./realtimeSession.js";

const MALFORMED = '{"type":"response.output_audio.delta","delta":';

/** What carries a session's events to whoever listens. */
export interface Carrier {
  /** Does nothing once it is closed. */
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Ends it without a word. */
  cut(): void;
}

/** A carrier that fails when it was asked to. */
export class FaultyWire implements SessionWire {
  schedule: (ms: number, act: () => void) => void = () => {};
  private silent = false;
  private isDead = false;
  private readonly struck = new Set<SessionFault>();

  constructor(
    private readonly carrier: Carrier,
    private readonly faults: SessionFault[],
  ) {}

  send(event: RealtimeServerEvent, text: string): void {
    if (this.silent) return;
    this.carrier.send(text);
    if (isContent(event.type)) this.strike("response");
  }

  /** False once it has been asked to leave even pings unanswered. */
  get answersPings(): boolean {
    return !this.isDead;
  }

  close(code: number, reason: string): void {
    this.carrier.close(code, reason);
  }

  /** Nothing is sent any more, be it events or sound. */
  get isSilent(): boolean {
    return this.silent;
  }

  /** Sets off the faults of this moment, each once. */
  strike(moment: "connect" | "response"): void {
    for (const fault of this.faults) {
      if (this.struck.has(fault) || momentOf(fault) !== moment) continue;
      this.struck.add(fault);
      const afterMs = fault.afterMs;
      if (afterMs === 0) this.apply(fault);
      else this.schedule(afterMs, () => this.apply(fault));
    }
  }

  private apply(fault: SessionFault): void {
    if (fault.kind === "malformed_event") this.carrier.send(MALFORMED);
    if (fault.kind === "silent") {
      this.silent = true;
      this.isDead = !fault.pongs;
    }
    if (fault.kind !== "close_mid_response") return;
    if (fault.code === undefined) this.carrier.cut();
    else this.carrier.close(fault.code, fault.reason);
  }
}

function momentOf(fault: SessionFault): "connect" | "response" | undefined {
  if (fault.kind === "session_limit") return undefined;
  return fault.kind === "close_mid_response" ? "response" : fault.when;
}

const CONTENT = ["response.output_audio.delta", "response.output_text.delta", "output_audio_buffer.started"];

function isContent(type: string): boolean {
  return CONTENT.includes(type);
}
