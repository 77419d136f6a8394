import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readJson, sendJson } from "../json.js";
import { viewCall } from "./callView.js";
import { faultSchema } from "./faults.js";
import { inboundSchema, startInbound } from "./inbound.js";
import { intelligenceSchema } from "./intelligence/script.js";
import { sendNow, sendNowSchema } from "./intelligence/sendNow.js";
import { viewTranscript } from "./intelligence/transcriptView.js";
import { scriptSchema } from "./script.js";
import type { World } from "./world.js";

interface ControlRequest {
  world: World;
  body: unknown;
  apiUrl: string;
}

const OK = { ok: true };

const HANDLERS: Record<string, (request: ControlRequest) => unknown> = {
  "POST script": ({ world, body }) => world.scripts.set(scriptSchema.parse(body)),
  "DELETE script": ({ world }) => {
    world.scripts.clear();
    return OK;
  },
  "POST intelligence": ({ world, body }) => world.intelligence.set(intelligenceSchema.parse(body)),
  "DELETE intelligence": ({ world }) => {
    world.intelligence.clear();
    return OK;
  },
  "GET transcripts": ({ world }) => world.transcripts.withDeleted().map(viewTranscript),
  "DELETE transcripts": ({ world }) => {
    world.transcripts.clearDone();
    return OK;
  },
  "POST transcripts/webhook": ({ world, body }) => sendNow(world, sendNowSchema.parse(body)),
  "GET recordings": ({ world }) => world.recordings.view(),
  "POST inbound": ({ world, body, apiUrl }) => {
    const call = startInbound(world, inboundSchema.parse(body), apiUrl);
    return { callSid: call.sid };
  },
  "POST faults": ({ world, body }) => {
    const faults = z.array(faultSchema).parse([body].flat());
    return faults.map((fault) => world.faults.add(fault));
  },
  "GET faults": ({ world }) => world.faults.pending,
  "DELETE faults": ({ world }) => {
    world.faults.clear();
    return OK;
  },
  "GET calls": ({ world }) => world.calls.all().map(viewCall),
  "DELETE calls": ({ world }) => {
    world.calls.clearEnded();
    return OK;
  },
  "GET requests": ({ world }) => world.requests.view(),
  "DELETE requests": ({ world }) => {
    world.requests.clear();
    return OK;
  },
};

/** Answers `/control/twilio/<what>`, and `calls/<sid>` with one call; a bad body is a 400 that says what is wrong. */
export async function handleControl(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  what: string,
  apiUrl: string,
): Promise<void> {
  const oneCall = /^calls\/(CA[0-9a-f]{32})$/.exec(what)?.[1];
  if (oneCall && request.method === "GET") return sendOne(world, response, oneCall);
  const handler = HANDLERS[`${request.method} ${what}`];
  if (!handler) return refuse(response, what);
  const body = await readJson(request);
  try {
    sendJson(response, 200, await handler({ world, body, apiUrl }));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    sendJson(response, 400, { error: { message } });
  }
}

function sendOne(world: World, response: ServerResponse, sid: string): void {
  const call = world.calls.get(sid);
  if (call) sendJson(response, 200, viewCall(call));
  else sendJson(response, 404, { error: { message: `No call ${sid}.` } });
}

function refuse(response: ServerResponse, what: string): void {
  const allowed = ["GET", "POST", "DELETE"].filter((method) => HANDLERS[`${method} ${what}`]);
  if (allowed.length === 0) sendJson(response, 404, { error: { message: `No control '${what}'.` } });
  else sendJson(response, 405, { error: { message: "Method not allowed." } }, { Allow: allowed.join(", ") });
}
