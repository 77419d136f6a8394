import type { WebSocket } from "ws";
import type { SessionFault } from "./faultSchemas.js";
import { type Carrier, FaultyWire } from "./faultyWire.js";
import { type Admission, SESSION_LIMIT_MS } from "./handshake.js";
import type { Pace } from "./pace.js";
import { RealtimeSession } from "./realtimeSession.js";
import type { Script } from "./script.js";

/** A reader slower than this is cut off. */
const UNREAD_MAX_BYTES = 16 * 1024 * 1024;

/** Joins a socket to a new session and lets its faults strike. Returns the session once it has begun. */
export function runSession(
  socket: WebSocket,
  admission: Admission,
  play: { script: Script | undefined; pace: Pace; faults: SessionFault[] },
): RealtimeSession {
  const wire = new FaultyWire(socketCarrier(socket), play.faults);
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
  socket.on("ping", (data) => {
    if (wire.answersPings) socket.pong(data);
  });
  socket.on("close", () => session.stop());
  socket.on("error", () => socket.terminate());
  wire.schedule = (ms, act) => session.after(ms, act);
  if (admission.fatal) {
    session.refuseAndClose(admission.fatal, 4000);
    return session;
  }
  session.start(lifetimeMs(play.faults));
  wire.strike("connect");
  return session;
}

/** How long a session lives, in ms: the API's limit, unless a fault shortens it. */
export function lifetimeMs(faults: SessionFault[]): number {
  const limit = faults.find((fault) => fault.kind === "session_limit");
  return limit ? limit.afterMs : SESSION_LIMIT_MS;
}

/** A socket as what carries events. */
export function socketCarrier(socket: WebSocket): Carrier {
  return {
    send: (text) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > UNREAD_MAX_BYTES) socket.terminate();
      else socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
}
