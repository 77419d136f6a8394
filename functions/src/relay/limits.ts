/** What the relay allows, and how long it waits. Given to the server as a whole, so that tests can hurry it. */
export interface RelayLimits {
  /** Sockets one instance holds. */
  maxConnections: number;
  /** A message of a client, in bytes. */
  maxMessageBytes: number;
  /** What a client may send in the long run: three times real time. */
  bytesPerSecond: number;
  /** What a client may send at once, as after a pause of its network. */
  burstBytes: number;
  /** Bytes queued for a peer that does not read, before it is cut off. */
  maxQueuedBytes: number;
  /** Bytes queued for a peer, above which its counterpart is not read from until the queue has gone down. */
  pauseAtQueuedBytes: number;
  /** How long a peer may keep its counterpart from being read. */
  stallMs: number;
  pingEveryMs: number;
  /** A peer of which nothing was heard for so long is dead. */
  deadAfterMs: number;
  /** A session without audio or events for so long is ended. */
  idleMs: number;
  /** The model's handshake, and then its first event. */
  upstreamHandshakeMs: number;
  /** A response that stops without being done for so long has failed. */
  upstreamSilenceMs: number;
  /** How long the words of the user that were spoken last are waited for when a session ends. */
  lastWordsMs: number;
  /** How long storing the last turns may take when a socket closes. */
  flushMs: number;
  /** From SIGTERM to the exit; Cloud Run kills after 10 s. */
  drainMs: number;
  /** How long the stream of a phone call may take to say which call it is. */
  streamStartMs: number;
  /** What it may send before, in bytes. */
  streamStartBytes: number;
  /** How often the times above are looked at. */
  tickMs: number;
  /** The same for phone calls, whose pauses are heard. */
  phoneTickMs: number;
  /** How long a hold on a WebRTC call lasts, how often it is renewed, and how often calls without one are looked for. */
  sidebandHeldMs: number;
  sidebandRenewMs: number;
  sidebandScanMs: number;
  /** One that was joined for so long may be lost and joined again as often as a new one. */
  sidebandSteadyMs: number;
  /** How long joining a call may take. */
  sidebandJoinMs: number;
  /** How long a session is kept open whose call is over, for a client that was cut off to begin another. */
  callGraceMs: number;
  /** So long before the end of a WebRTC call its user is told of it. */
  warnBeforeMs: number;
  /** How long an answer of Firestore makes `/readyz` sure of it. */
  readinessHoldsMs: number;
  /** How long `/readyz` waits for Firestore. */
  readinessTimeoutMs: number;
}

/** What a message or a ping counts on top of its bytes: many small ones cost as much as few large ones. */
export const FRAME_OVERHEAD_BYTES = 256;

/** A second of audio as 50 events of 20 ms, 1,280 characters of base64 each: 64 KB, their JSON and their overhead. */
const AUDIO_BYTES_PER_SECOND = 80_000;

export const RELAY_LIMITS: RelayLimits = {
  maxConnections: 1_000,
  maxMessageBytes: 256 * 1_024,
  bytesPerSecond: 3 * AUDIO_BYTES_PER_SECOND,
  burstBytes: 15 * AUDIO_BYTES_PER_SECOND,
  maxQueuedBytes: 1_024 * 1_024,
  pauseAtQueuedBytes: 256 * 1_024,
  stallMs: 20_000,
  pingEveryMs: 20_000,
  deadAfterMs: 40_000,
  idleMs: 5 * 60_000,
  upstreamHandshakeMs: 5_000,
  upstreamSilenceMs: 15_000,
  lastWordsMs: 2_000,
  flushMs: 4_000,
  drainMs: 7_000,
  streamStartMs: 5_000,
  streamStartBytes: 16 * 1_024,
  tickMs: 1_000,
  phoneTickMs: 250,
  sidebandHeldMs: 60_000,
  sidebandRenewMs: 20_000,
  sidebandScanMs: 10_000,
  sidebandSteadyMs: 60_000,
  sidebandJoinMs: 6_000,
  callGraceMs: 15_000,
  warnBeforeMs: 60_000,
  readinessHoldsMs: 5_000,
  readinessTimeoutMs: 2_000,
};

/** Items that a client may put into one connection's conversation. */
export const MAX_CREATED_ITEMS = 2_000;
/** How long one of the server's own tools may take, and how many the model may run in one connection. */
export const TOOL_TIMEOUT_MS = 10_000;
export const MAX_TOOL_RUNS = 50;
/** How long a conversation may be held up for what its assistant is to know of the calendar. */
export const BRIEFING_MS = 4_000;
/** Responses a minute of a WebRTC call, whose client may ask for them of its own: more is no conversation. */
export const MAX_RESPONSES_PER_MINUTE = 60;
/** How often the configuration of such a call is set back before it is given up. */
export const MAX_RESTORES = 20;
/** Tools that a client may declare. */
export const MAX_TOOLS = 64;
