import { readFile } from "node:fs/promises";
import type { Recording } from "../call/recordings.js";
import { rfc2822 } from "../dates.js";
import { toOneChannel } from "../stream/callAudio.js";
import { callOf } from "./calls.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { isWanted, isWithin } from "./filters.js";
import { pageOf } from "./paging.js";
import { RestRefusal } from "./refusal.js";

/** Newest first; of one call where the path names it. */
export function listRecordings(request: RestRequest): Answer {
  const { world, query, path, sids } = request;
  const call = sids.length > 0 ? callOf(request) : undefined;
  const found = world.recordings
    .all()
    .reverse()
    .filter((one) => !call || one.call === call)
    .filter((one) => isWanted(query, "CallSid", one.call.sid))
    .filter((one) => isWithin(query, "DateCreated", one.startedAt))
    .map(recordingResource);
  return { status: 200, body: pageOf("recordings", found, path, query) };
}

export function fetchRecording(request: RestRequest): Answer {
  return { status: 200, body: recordingResource(recordingOf(request)) };
}

export function deleteRecording(request: RestRequest): Answer {
  request.world.recordings.delete(recordingOf(request));
  return { status: 204 };
}

/** The sound itself, in two channels: the other party left, the application right. */
export async function fetchRecordingMedia(request: RestRequest): Promise<Answer> {
  const { call, channels } = recordingOf(request);
  if (!call.wavPath) throw new RestRefusal(20404, request.path);
  const file = await readFile(call.wavPath).catch(() => {
    throw new RestRefusal(20404, request.path);
  });
  return { status: 200, file: channels === 2 ? file : toOneChannel(file) };
}

function recordingOf({ world, sids, path }: RestRequest): Recording {
  const recording = world.recordings.get(sids.at(-1) ?? "");
  if (!recording) throw new RestRefusal(20404, path);
  return recording;
}

/** https://www.twilio.com/docs/voice/api/recording#recording-properties */
function recordingResource({ sid, call, status, channels, startedAt, updatedAt }: Recording) {
  const { accountSid, apiUrl } = call.input;
  const path = `/2010-04-01/Accounts/${accountSid}/Recordings/${sid}`;
  return {
    account_sid: accountSid,
    api_version: "2010-04-01",
    call_sid: call.sid,
    conference_sid: null,
    channels,
    date_created: rfc2822(startedAt),
    date_updated: rfc2822(updatedAt),
    start_time: rfc2822(startedAt),
    duration: status === "completed" ? String(call.durationSeconds) : "-1",
    encryption_details: null,
    error_code: null,
    media_url: `${apiUrl}${path}`,
    price: null,
    price_unit: "USD",
    sid,
    source: "OutboundAPI",
    status,
    subresource_uris: {},
    uri: `${path}.json`,
  };
}
