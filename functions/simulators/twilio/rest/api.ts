import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../../json.js";
import type { Fault, Faulty } from "../faults.js";
import { pause } from "../pause.js";
import { logParams } from "../requestLog.js";
import type { World } from "../world.js";
import { authenticate } from "./authenticate.js";
import { createCall, deleteCall, fetchCall, listCalls, updateCall } from "./calls.js";
import type { Answer, RestRequest } from "./endpoint.js";
import { readForm } from "./form.js";
import { deleteRecording, fetchRecording, fetchRecordingMedia, listRecordings } from "./recordings.js";
import { RestRefusal } from "./refusal.js";
import { createToken } from "./tokens.js";

interface Operation {
  /** What faults call it. */
  name: Faulty;
  run(request: RestRequest): Answer | Promise<Answer>;
}

const CALL = "(CA[0-9a-f]{32})";
const RECORDING = "(RE[0-9a-f]{32})";

/** Paths below the account's, and what each method does there. */
const RESOURCES: [path: RegExp, operations: Record<string, Operation>][] = [
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

/** Answers a request to `https://api.twilio.com` + `path`. @throws RestRefusal */
export async function handleRest(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query, apiUrl }: { path: string; query: URLSearchParams; apiUrl: string },
): Promise<void> {
  const logged = world.requests.begin(request.method ?? "", path);
  response.once("finish", () => {
    logged.status = response.statusCode;
  });
  logParams(logged, query);
  const below = authenticate(world.account, request, path);
  const { operation, sids } = operationAt(below, request.method ?? "", path);
  const form = await readForm(request);
  logParams(logged, form);
  const fault = world.faults.take(operation.name, form.get("To"));
  if (fault && !fault.afterCreating && !(await survives(world, fault, response))) return;
  const answer = await operation.run({ world, path, sids, query, form, apiUrl });
  if (fault?.afterCreating && !(await survives(world, fault, response))) return;
  send(response, answer);
}

function operationAt(below: string, method: string, path: string): { operation: Operation; sids: string[] } {
  for (const [pattern, operations] of RESOURCES) {
    const match = pattern.exec(below);
    if (!match) continue;
    const operation = operations[method];
    if (!operation) throw new RestRefusal(20004);
    return { operation, sids: match.slice(1).filter((sid) => sid !== undefined) };
  }
  throw new RestRefusal(20404, path);
}

/** Whether the answer is still sent after a fault: only one that hangs, and nothing else, leaves it. */
async function survives(world: World, fault: Fault, response: ServerResponse): Promise<boolean> {
  await pause(fault.hangMs, world.stopped);
  if (fault.status !== undefined) throw new RestRefusal(fault.code, undefined, fault.status);
  if (fault.hangMs > 0 && !fault.afterCreating) return true;
  response.destroy();
  return false;
}

function send(response: ServerResponse, { status, body, file }: Answer): void {
  if (body !== undefined) {
    sendJson(response, status, body);
    return;
  }
  response.writeHead(status, file ? { "Content-Type": "audio/x-wav", "Content-Length": file.length } : {});
  response.end(file);
}
