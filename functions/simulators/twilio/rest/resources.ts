import type { Faulty } from "../faults.js";
import { createCall, deleteCall, fetchCall, listCalls, updateCall } from "./calls.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { deleteRecording, fetchRecording, fetchRecordingMedia, listRecordings } from "./recordings.js";
import { RestRefusal } from "./refusal.js";
import { listOperatorResults, listSentences } from "./sentences.js";
import { createToken } from "./tokens.js";
import { createTranscript, deleteTranscript, fetchTranscript, listTranscripts } from "./transcripts.js";

interface Operation {
  /** What faults call it. */
  name: Faulty;
  run(request: RestRequest): Answer | Promise<Answer>;
}

/** Paths, and what each method does there. */
type Resources = [path: RegExp, operations: Record<string, Operation>][];

const CALL = "(CA[0-9a-f]{32})";
const RECORDING = "(RE[0-9a-f]{32})";
const TRANSCRIPT = "/v2/Transcripts/(GT[0-9a-f]{32})";

/** Below an account's path at api.twilio.com. */
const OF_ACCOUNT: Resources = [
  [/^\/Calls\.json$/, { GET: { name: "list", run: listCalls }, POST: { name: "create", run: createCall } }],
  [
    new RegExp(`^/Calls/${CALL}\\.json$`),
    {
      GET: { name: "fetch", run: fetchCall },
      POST: { name: "update", run: updateCall },
      DELETE: { name: "delete", run: deleteCall },
    },
  ],
  [new RegExp(`^/Calls/${CALL}/Recordings\\.json$`), { GET: { name: "recordings", run: listRecordings } }],
  [/^\/Recordings\.json$/, { GET: { name: "recordings", run: listRecordings } }],
  [
    new RegExp(`^(?:/Calls/${CALL})?/Recordings/${RECORDING}\\.json$`),
    {
      GET: { name: "recording", run: fetchRecording },
      DELETE: { name: "deleteRecording", run: deleteRecording },
    },
  ],
  [
    new RegExp(`^(?:/Calls/${CALL})?/Recordings/${RECORDING}(?:\\.wav)?$`),
    { GET: { name: "media", run: fetchRecordingMedia } },
  ],
  [/^\/Tokens\.json$/, { POST: { name: "token", run: createToken } }],
];

/** At intelligence.twilio.com. */
const OF_INTELLIGENCE: Resources = [
  [
    /^\/v2\/Transcripts$/,
    {
      GET: { name: "transcript.list", run: listTranscripts },
      POST: { name: "transcript.create", run: createTranscript },
    },
  ],
  [
    new RegExp(`^${TRANSCRIPT}$`),
    {
      GET: { name: "transcript.fetch", run: fetchTranscript },
      DELETE: { name: "transcript.delete", run: deleteTranscript },
    },
  ],
  [new RegExp(`^${TRANSCRIPT}/Sentences$`), { GET: { name: "sentences", run: listSentences } }],
  [
    new RegExp(`^${TRANSCRIPT}/OperatorResults$`),
    { GET: { name: "operatorResults", run: listOperatorResults } },
  ],
];

/**
 * What a request asks for, and the ids in its path. @param below the path below the account's; undefined for one that
 * belongs to no account @throws RestRefusal
 */
export function operationAt(
  method: string,
  path: string,
  below: string | undefined,
): { operation: Operation; sids: string[] } {
  const resources = below === undefined ? OF_INTELLIGENCE : OF_ACCOUNT;
  for (const [pattern, operations] of resources) {
    const match = pattern.exec(below ?? path);
    if (!match) continue;
    const operation = operations[method];
    if (!operation) throw new RestRefusal(20004);
    return { operation, sids: match.slice(1).filter((sid) => sid !== undefined) };
  }
  throw new RestRefusal(20404, path);
}
