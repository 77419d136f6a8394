import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import { readJson, sendJson } from "../json.js";
import { type ChatScript, chatScriptSchema } from "./chatScript.js";
import { faultSchema } from "./faultSchemas.js";
import type { FaultQueue } from "./faults.js";
import { parseOrRefuse } from "./invalidRequest.js";
import { type Pace, paceSchema } from "./pace.js";
import type { RequestLog } from "./requestLog.js";
import { type Script, scriptSchema } from "./script.js";
import type { SessionList } from "./sessionList.js";

/** What tests and developers may steer while the simulator runs. */
export interface Controls {
  faults: FaultQueue;
  sessions: SessionList;
  pace: Pace;
  /** What Realtime sessions play. */
  script: Script | undefined;
  /** What chat completions play. */
  chatScript: ChatScript | undefined;
  requests: RequestLog;
}

type Handler = (controls: Controls, body: () => Promise<unknown>) => Promise<unknown> | unknown;

const HANDLERS: Record<string, Handler> = {
  "POST script": async (controls, body) => {
    controls.script = await parsed(scriptSchema, body);
    return { ok: true, turns: controls.script.turns?.length ?? 0 };
  },
  "DELETE script": (controls) => {
    controls.script = undefined;
    return { ok: true };
  },
  "POST chat-script": async (controls, body) => {
    controls.chatScript = await parsed(chatScriptSchema, body);
    return { ok: true, turns: controls.chatScript.turns.length };
  },
  "DELETE chat-script": (controls) => {
    controls.chatScript = undefined;
    return { ok: true };
  },
  "POST faults": async (controls, body) => controls.faults.add(await parsed(faultSchema, body)),
  "GET faults": (controls) => controls.faults.pending,
  "DELETE faults": (controls) => {
    controls.faults.clear();
    return { ok: true };
  },
  "GET sessions": (controls) => controls.sessions.view(),
  "DELETE sessions": (controls) => {
    controls.sessions.clearClosed();
    return { ok: true };
  },
  "GET requests": (controls) => controls.requests.view(),
  "DELETE requests": (controls) => {
    controls.requests.clear();
    return { ok: true };
  },
  "POST pace": async (controls, body) => {
    const given = await parsed(paceSchema, body);
    controls.pace = {
      firstAudioMs: given.firstAudioMs ?? controls.pace.firstAudioMs,
      realTimeFactor: given.realTimeFactor ?? controls.pace.realTimeFactor,
    };
    return controls.pace;
  },
};

/** Answers `/control/openai/<what>`; a bad body throws InvalidRequest. */
export async function handleControl(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
  what: string,
): Promise<void> {
  const handler = HANDLERS[`${request.method} ${what}`];
  if (handler) return sendJson(response, 200, await handler(controls, () => readJson(request)));
  const allowed = ["GET", "POST", "DELETE"].filter((method) => HANDLERS[`${method} ${what}`]);
  if (allowed.length === 0) return sendJson(response, 404, { error: { message: `No control '${what}'.` } });
  sendJson(response, 405, { error: { message: "Method not allowed." } }, { Allow: allowed.join(", ") });
}

async function parsed<T>(schema: z.ZodType<T>, body: () => Promise<unknown>): Promise<T> {
  return parseOrRefuse(schema, await body());
}
