import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";
import type { WebSocket } from "ws";
import type { SessionFault } from "./faultSchemas.js";
import { type Admission, SESSION_LIMIT_MS } from "./handshake.js";
import type { Pace } from "./pace.js";
import { RealtimeSession, type SessionWire } from "./realtimeSession.js";
import type { Script } from "./script.js";

/** A reader slower than this is cut off. */
const UNREAD_MAX_BYTES = 16 * 1024 * 1024;
const MALFORMED = '{"type":"response.output_audio.delta","delta":';

/** Joins a socket to a new session and lets its faults strike. Returns the session once it has begun. */
export function runSession(
  socket: WebSocket,
  admission: Admission,
  play: { script: Script | undefined; pace: Pace; faults: SessionFault[] },
): RealtimeSession {
  const wire = new FaultyWire(socket, play.faults);
  const session = new RealtimeSession({
    config: admission.config,
    modelFixed: admission.modelFixed,
    script: play.script,
    pace: play.pace,
    wire,
  });
  socket.on("message", (data, isBinary) => {
    session.receive(isBinary ? "" : String(data));
  });
  socket.on("ping", (data) => wire.pong(data));
  socket.on("close", () => session.stop());
  socket.on("error", () => socket.terminate());
  wire.schedule = (ms, act) => session.after(ms, act);
  const limit = play.faults.find((fault) => fault.kind === "session_limit");
  if (admission.fatal) {
    session.refuseAndClose(admission.fatal, 4000);
    return session;
  }
  session.start(limit ? limit.afterMs : SESSION_LIMIT_MS);
  wire.strike("connect");
  return session;
}

/** A socket that fails when it was asked to. */
class FaultyWire implements SessionWire {
  schedule: (ms: number, act: () => void) => void = () => {};
  private silent = false;
  private pongs = true;
  private readonly struck = new Set<SessionFault>();

  constructor(
    private readonly socket: WebSocket,
    private readonly faults: SessionFault[],
  ) {}

  send(event: RealtimeServerEvent, text: string): void {
    if (this.silent || this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > UNREAD_MAX_BYTES) {
      this.socket.terminate();
      return;
    }
    this.socket.send(text);
    if (isContent(event.type)) this.strike("response");
  }

  pong(data: Buffer): void {
    if (this.pongs) this.socket.pong(data);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
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
    if (fault.kind === "malformed_event") this.socket.send(MALFORMED);
    if (fault.kind === "silent") {
      this.silent = true;
      this.pongs = fault.pongs;
    }
    if (fault.kind !== "close_mid_response") return;
    if (fault.code === undefined) this.socket.terminate();
    else this.socket.close(fault.code, fault.reason);
  }
}

function momentOf(fault: SessionFault): "connect" | "response" | undefined {
  if (fault.kind === "session_limit") return undefined;
  return fault.kind === "close_mid_response" ? "response" : fault.when;
}

function isContent(type: string): boolean {
  return type === "response.output_audio.delta" || type === "response.output_text.delta";
}
