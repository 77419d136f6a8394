import type { Call } from "./call/call.js";
import type { MediaStream } from "./stream/mediaStream.js";
import { BYTES_PER_MS } from "./stream/ticker.js";

/** A call as `GET /control/twilio/calls` shows it; times are ms since the epoch, within a stream ms since its start. */
export function viewCall(call: Call) {
  const { to, from } = call.request;
  return {
    sid: call.sid,
    direction: call.input.direction,
    to,
    from,
    status: call.status,
    history: call.history,
    createdAt: call.createdAt,
    answeredAt: call.answeredAt ?? null,
    endedAt: call.endedAt ?? null,
    answeredBy: call.answeredBy ?? null,
    documents: call.documents,
    verbs: call.verbs,
    errors: call.errors,
    /** Every request to the application about this call, each attempt and copy. */
    callbacks: call.deliveries,
    streams: call.streams.map(viewStream),
    /** Both sides as a two-channel WAV, once the call has ended. */
    wavPath: call.wavPath ?? null,
  };
}

export type CallView = ReturnType<typeof viewCall>;
export type StreamView = ReturnType<typeof viewStream>;

function viewStream(stream: MediaStream) {
  const { playout, setup } = stream;
  return {
    streamSid: stream.sid,
    url: setup.url,
    parameters: setup.parameters,
    startedAt: stream.startedAt ?? null,
    endedAt: stream.endedAt ?? null,
    end: stream.end ?? null,
    /** `received = played + cleared + queued`; 8 bytes are a millisecond. */
    receivedBytes: playout.received,
    playedBytes: playout.played,
    clearedBytes: playout.cleared,
    queuedBytes: playout.queued,
    heardMs: playout.played / BYTES_PER_MS,
    ...stream.log,
  };
}
