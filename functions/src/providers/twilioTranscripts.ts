import type { TwilioAccount } from "./twilioClient";
import { answeredFailure, described } from "./twilioFailure";

// Conversational Intelligence. https://www.twilio.com/docs/conversational-intelligence/api

/** How a transcript of Twilio's stands. */
export interface KnownTranscript {
  transcriptSid: string;
  status: "pending" | "completed" | "failed";
  /** What we have called it: the session's id. */
  customerKey?: string;
}

const OVER: Record<string, KnownTranscript["status"]> = {
  completed: "completed",
  failed: "failed",
  canceled: "failed",
  error: "failed",
};

interface Listed {
  sid: string;
  status: string;
  customerKey?: string | null;
}

/**
 * Has Twilio transcribe a recording. 1 request.
 * @throws Error with Twilio's code, without its words
 */
export async function createTranscript(
  { client }: TwilioAccount,
  wanted: { serviceSid: string; recordingSid: string; customerKey: string },
): Promise<KnownTranscript> {
  const { serviceSid, recordingSid, customerKey } = wanted;
  try {
    const channel = { media_properties: { source_sid: recordingSid } };
    return known(await client.intelligence.v2.transcripts.create({ serviceSid, channel, customerKey }));
  } catch (error) {
    throw withoutWords(error);
  }
}

/** The transcript that was made of a recording under a name of ours, if there is one. 1 request. */
export async function findTranscript(
  { client }: TwilioAccount,
  { recordingSid, customerKey }: { recordingSid: string; customerKey: string },
): Promise<KnownTranscript | undefined> {
  try {
    const found = await client.intelligence.v2.transcripts.list({
      sourceSid: recordingSid,
      limit: 50,
      pageSize: 50,
    });
    return found.map(known).find((one) => one.customerKey === customerKey);
  } catch (error) {
    throw withoutWords(error);
  }
}

/** @returns undefined where Twilio knows none. 1 request. */
export async function fetchTranscript(
  { client }: TwilioAccount,
  transcriptSid: string,
): Promise<KnownTranscript | undefined> {
  try {
    return known(await client.intelligence.v2.transcripts(transcriptSid).fetch());
  } catch (error) {
    if (answeredFailure(error)?.status === 404) return undefined;
    throw withoutWords(error);
  }
}

/** The sentences of a transcript as the SDK has them, page by page; each page a request. undefined where it is gone. */
export async function listSentences(
  { client }: TwilioAccount,
  transcriptSid: string,
): Promise<readonly unknown[] | undefined> {
  try {
    const transcript = client.intelligence.v2.transcripts(transcriptSid);
    return await transcript.sentences.list({ wordTimestamps: true, pageSize: 1_000 });
  } catch (error) {
    if (answeredFailure(error)?.status === 404) return undefined;
    throw withoutWords(error);
  }
}

/** Erases a transcript at Twilio; one that is gone stays so. 1 request. */
export async function deleteTranscript({ client }: TwilioAccount, transcriptSid: string): Promise<void> {
  try {
    await client.intelligence.v2.transcripts(transcriptSid).remove();
  } catch (error) {
    if (answeredFailure(error)?.status !== 404) throw withoutWords(error);
  }
}

/** The recordings of a call. 1 request. */
export async function recordingsOf({ client }: TwilioAccount, callSid: string): Promise<string[]> {
  try {
    const found = await client.recordings.list({ callSid, limit: 100, pageSize: 100 });
    return found.map(({ sid }) => sid);
  } catch (error) {
    throw withoutWords(error);
  }
}

/** The transcripts of a recording, by whatever name. 1 request. */
export async function transcriptsOf({ client }: TwilioAccount, recordingSid: string): Promise<string[]> {
  try {
    const query = { sourceSid: recordingSid, limit: 50, pageSize: 50 };
    return (await client.intelligence.v2.transcripts.list(query)).map(({ sid }) => sid);
  } catch (error) {
    throw withoutWords(error);
  }
}

/** Erases a recording at Twilio; one that is gone stays so. 1 request. */
export async function deleteRecording({ client }: TwilioAccount, recordingSid: string): Promise<void> {
  try {
    await client.recordings(recordingSid).remove();
  } catch (error) {
    if (answeredFailure(error)?.status !== 404) throw withoutWords(error);
  }
}

function known({ sid, status, customerKey }: Listed): KnownTranscript {
  return {
    transcriptSid: sid,
    status: OVER[status] ?? "pending",
    ...(customerKey ? { customerKey } : {}),
  };
}

function withoutWords(error: unknown): unknown {
  const failure = answeredFailure(error);
  return failure ? described(failure) : error;
}
