import { iso8601 } from "../dates.js";
import type { Transcript } from "../intelligence/transcript.js";

/** Where Conversational Intelligence is, in Twilio's own addresses. */
export const INTELLIGENCE_ORIGIN = "https://intelligence.twilio.com";

/** A transcript as the REST API shows it: https://www.twilio.com/docs/conversation-intelligence-classic/api/transcript-resource */
export function transcriptResource({ sid, status, createdAt, updatedAt, input, sentences }: Transcript) {
  const url = `${INTELLIGENCE_ORIGIN}/v2/Transcripts/${sid}`;
  const { recording, mediaStartTime, script } = input;
  return {
    account_sid: input.accountSid,
    service_sid: input.serviceSid,
    sid,
    date_created: iso8601(createdAt),
    date_updated: iso8601(updatedAt),
    status,
    channel: {
      type: "voice",
      media_properties: { source: "Recording", source_sid: recording.sid, media_url: null },
      participants: input.participants,
    },
    data_logging: false,
    language_code: script.languageCode,
    customer_key: input.customerKey,
    media_start_time: mediaStartTime === null ? null : iso8601(mediaStartTime),
    duration: status === "completed" ? recording.call.durationSeconds : 0,
    url,
    redaction: sentences.some(({ redactedText }) => redactedText !== undefined),
    encryption_credential_sid: null,
    links: {
      sentences: `${url}/Sentences`,
      encrypted_sentences: `${url}/Sentences/Encrypted`,
      media: `${url}/Media`,
      operator_results: `${url}/OperatorResults`,
      encrypted_operator_results: `${url}/OperatorResults/Encrypted`,
    },
  };
}
