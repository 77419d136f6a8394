import type { Transcript } from "./transcript.js";

/** A transcript as `GET /control/twilio/transcripts` shows it; times are ms since the epoch. */
export function viewTranscript(transcript: Transcript) {
  const { sid, status, history, createdAt, deletedAt, sentences, errors, deliveries, input } = transcript;
  return {
    sid,
    serviceSid: input.serviceSid,
    recordingSid: input.recording.sid,
    callSid: input.recording.call.sid,
    customerKey: input.customerKey,
    status,
    history,
    createdAt,
    deletedAt: deletedAt ?? null,
    sentencesCount: sentences.length,
    errors,
    /** Every request to the application about this transcript, each attempt and copy. */
    webhooks: deliveries,
  };
}

export type TranscriptView = ReturnType<typeof viewTranscript>;
