import { everyMinute, onChange, onDeleted } from "../endpoint/events";
import { TWILIO_SECRETS, VAPI_SECRETS } from "../endpoint/secrets";
import { type ErasedSession, eraseAtProviders } from "./eraseAtProviders";
import { eraseTranscript } from "./eraseTranscripts";
import { keepTranscript } from "./keepTranscript";
import { tendTranscripts as tend } from "./tendTranscripts";

/** A session's transcript is complete, or was completed anew: it is enhanced. */
export const enhanceTranscript = onChange<{ sessionId: string }>(
  "voiceTranscripts/{sessionId}",
  "completedAt",
  (ctx, { sessionId }) => keepTranscript(ctx, sessionId),
  TWILIO_SECRETS,
);

/** A session was deleted, by whomever: what is kept of its transcript is erased, here, at Twilio and at Vapi. */
export const eraseDeletedTranscript = onDeleted<{ sessionId: string }>(
  "voiceSessions/{sessionId}",
  async (ctx, { sessionId }, was) => {
    await eraseTranscript(ctx, sessionId);
    const { userId, call, vapi } = was as Omit<ErasedSession, "sessionId">;
    await eraseAtProviders(ctx, { sessionId, userId, call, vapi });
  },
  [...TWILIO_SECRETS, ...VAPI_SECRETS],
);

/** Each minute: what has to be done for transcripts. */
export const tendTranscripts = everyMinute(tend, [...TWILIO_SECRETS, ...VAPI_SECRETS]);
