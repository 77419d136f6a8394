import { runTranscript } from "../intelligence/runTranscript.js";
import { Transcript } from "../intelligence/transcript.js";
import { pause } from "../pause.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { isBetween, isWanted } from "./filters.js";
import { metaPageOf } from "./paging.js";
import { RestRefusal } from "./refusal.js";
import { readTranscriptForm } from "./transcriptForm.js";
import { INTELLIGENCE_ORIGIN, transcriptResource } from "./transcriptResource.js";

export async function createTranscript({ world, form }: RestRequest): Promise<Answer> {
  const transcript = new Transcript(readTranscriptForm(form, world));
  const body = transcriptResource(transcript);
  runTranscript(world, transcript);
  await pause(transcript.input.script.answerMs, world.stopped);
  return { status: 201, body };
}

/** Newest first. */
export function listTranscripts({ world, query, path }: RestRequest): Answer {
  const found = world.transcripts
    .all()
    .reverse()
    .filter(({ status, createdAt, input }) => {
      if (!isWanted(query, "ServiceSid", input.serviceSid)) return false;
      if (!isWanted(query, "SourceSid", input.recording.sid)) return false;
      if (!isWanted(query, "Status", status)) return false;
      if (!isWanted(query, "LanguageCode", input.script.languageCode)) return false;
      if (!isBetween(query, "StartTime", input.mediaStartTime ?? undefined)) return false;
      return isBetween(query, "DateCreated", createdAt);
    })
    .map(transcriptResource);
  return {
    status: 200,
    body: metaPageOf("transcripts", found, { origin: INTELLIGENCE_ORIGIN, path, query }),
  };
}

export function fetchTranscript(request: RestRequest): Answer {
  return { status: 200, body: transcriptResource(transcriptOf(request)) };
}

/** With its sentences; a webhook that waits is still sent. */
export function deleteTranscript(request: RestRequest): Answer {
  transcriptOf(request).delete();
  return { status: 204 };
}

/** The transcript that a path names. @throws RestRefusal */
export function transcriptOf({ world, sids: [sid = ""], path }: RestRequest): Transcript {
  const transcript = world.transcripts.get(sid);
  if (!transcript) throw new RestRefusal(20404, path);
  return transcript;
}
