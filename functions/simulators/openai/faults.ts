import {
  type Fault,
  type FaultInput,
  type FaultyEndpoint,
  faultSchema,
  type HandshakeFault,
  type HttpFault,
  type SessionFault,
  type StreamFault,
} from "./faultSchemas.js";

/** Faults that wait for a connection to strike, in the order they were asked for. */
export class FaultQueue {
  private waiting: Fault[] = [];

  add(fault: FaultInput): Fault {
    const whole = faultSchema.parse(fault);
    this.waiting.push({ ...whole });
    return whole;
  }

  clear(): void {
    this.waiting = [];
  }

  get pending(): readonly Fault[] {
    return this.waiting;
  }

  /** The fault that this key's handshake meets, used up by it. */
  takeForHandshake(key: string | undefined): HandshakeFault | undefined {
    return this.takeFirst(isHandshakeFault, key);
  }

  /** The faults that this key's session meets, one of each kind. */
  takeForSession(key: string): SessionFault[] {
    const taken = new Map<string, SessionFault>();
    for (const fault of [...this.waiting]) {
      if (!isSessionFault(fault) || !strikes(fault, key) || taken.has(fault.kind)) continue;
      taken.set(fault.kind, fault);
      this.use(fault);
    }
    return [...taken.values()];
  }

  /** The fault that meets this key's request before it is answered, used up by it. */
  takeForRequest(endpoint: FaultyEndpoint, key: string | undefined): HttpFault | undefined {
    const canStrike = (fault: Fault): fault is HttpFault => isHttpFault(fault) && isFor(fault, endpoint);
    return this.takeFirst(canStrike, key);
  }

  /** The fault that meets an answer streamed to this key, used up by it. Speech has no form for an error in its midst. */
  takeForStream(endpoint: FaultyEndpoint, key: string | undefined): StreamFault | undefined {
    const canStrike = (fault: Fault): fault is StreamFault =>
      isStreamFault(fault) &&
      isFor(fault, endpoint) &&
      !(fault.kind === "stream_error" && endpoint === "speech");
    return this.takeFirst(canStrike, key);
  }

  private takeFirst<Kind extends Fault>(
    isOne: (fault: Fault) => fault is Kind,
    key: string | undefined,
  ): Kind | undefined {
    const fault = this.waiting.filter(isOne).find((one) => strikes(one, key));
    if (fault) this.use(fault);
    return fault;
  }

  private use(fault: Fault): void {
    fault.times -= 1;
    if (fault.times === 0) this.waiting = this.waiting.filter((one) => one !== fault);
  }
}

function isHandshakeFault(fault: Fault): fault is HandshakeFault {
  return fault.kind.startsWith("handshake_");
}

function isHttpFault(fault: Fault): fault is HttpFault {
  return fault.kind.startsWith("http_");
}

function isStreamFault(fault: Fault): fault is StreamFault {
  return fault.kind.startsWith("stream_");
}

function isSessionFault(fault: Fault): fault is SessionFault {
  return !isHandshakeFault(fault) && !isHttpFault(fault) && !isStreamFault(fault);
}

function isFor(fault: HttpFault | StreamFault, endpoint: FaultyEndpoint): boolean {
  return fault.endpoint === undefined || fault.endpoint === endpoint;
}

function strikes(fault: Fault, key: string | undefined): boolean {
  return fault.key === undefined || fault.key === key;
}
