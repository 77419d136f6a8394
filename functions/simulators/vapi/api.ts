import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { readJson, sendJson } from "../json.js";
import { callResource, newCall } from "./call.js";
import type { Fault } from "./faults.js";
import { keyOf, whyNot } from "./keys.js";
import { playCall } from "./playCall.js";
import type { World } from "./world.js";

const webCall = z.looseObject({
  assistantId: z.string().optional(),
  assistant: z.unknown().optional(),
  assistantOverrides: z.looseObject({ metadata: z.record(z.string(), z.unknown()).optional() }).optional(),
});

interface Asked {
  world: World;
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
}

/** Answers a request to the API: `GET /assistant/{id}`, `POST /call/web` and `DELETE /call/{id}`. @throws UnreadableBody */
export async function handleApi(asked: Asked): Promise<void> {
  const { world, request, response, path } = asked;
  allowBrowsers(request, response);
  if (request.method === "OPTIONS") return void response.writeHead(204).end();
  const method = request.method ?? "";
  const entry = world.requests.begin({ method, path, key: keyOf(world, request.headers.authorization) });
  response.once("finish", () => {
    entry.status = response.statusCode;
  });
  const assistantId = /^\/assistant\/([^/]+)$/.exec(path)?.[1];
  if (method === "GET" && assistantId) return sendAssistant(asked, decodeURIComponent(assistantId));
  if (method === "POST" && path === "/call/web") return startCall(asked);
  const callId = /^\/call\/([^/]+)$/.exec(path)?.[1];
  if (method === "DELETE" && callId) return deleteCall(asked, decodeURIComponent(callId));
  fail(response, 404, `Cannot ${method} ${path}`);
}

async function deleteCall({ world, request, response }: Asked, id: string): Promise<void> {
  if (await struck(world, response, world.faults.take("call", id))) return;
  if (keyOf(world, request.headers.authorization) !== "private") return failKey(response);
  const at = world.calls.findIndex((call) => call.id === id);
  const [call] = at < 0 ? [] : world.calls.splice(at, 1);
  if (!call) return fail(response, 404, "Couldn't Find Call.");
  sendJson(response, 200, callResource(call, world.account.orgId));
}

async function sendAssistant({ world, request, response }: Asked, id: string): Promise<void> {
  if (await struck(world, response, world.faults.take("assistant", id))) return;
  if (keyOf(world, request.headers.authorization) !== "private") return failKey(response);
  if (!world.account.assistantIds.includes(id)) return fail(response, 404, `Couldn't Find Assistant.`);
  const now = new Date().toISOString();
  sendJson(response, 200, {
    id,
    orgId: world.account.orgId,
    name: "Simulated assistant",
    createdAt: now,
    updatedAt: now,
  });
}

async function startCall({ world, request, response }: Asked): Promise<void> {
  const read = webCall.safeParse(await readJson(request));
  const { assistantId, assistant, assistantOverrides } = read.data ?? {};
  if (await struck(world, response, world.faults.take("call", assistantId))) return;
  const { authorization, origin } = request.headers;
  const refusal = whyNot(world, authorization, { assistantId, isTransient: assistant !== undefined, origin });
  if (refusal !== undefined) return fail(response, 401, refusal);
  if (!read.success) return fail(response, 400, z.prettifyError(read.error));
  if (assistantId === undefined || !world.account.assistantIds.includes(assistantId))
    return fail(response, 400, "Couldn't Find Assistant.");
  const call = newCall({ assistantId, metadata: assistantOverrides?.metadata, script: world.script });
  world.calls.push(call);
  sendJson(response, 201, callResource(call, world.account.orgId));
  void playCall(world, call, { serverUrl: world.serverUrl, secret: world.account.webhookSecret });
}

/** Answers as a fault says. @returns whether that was all */
async function struck(
  { stopped }: World,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<boolean> {
  if (!fault) return false;
  if (fault.latencyMs > 0) await sleep(fault.latencyMs, undefined, { signal: stopped }).catch(() => {});
  if (fault.hang) return true;
  if (fault.drop) response.destroy();
  else if (fault.status !== undefined) fail(response, fault.status, "Simulated failure.");
  else if (fault.malformed === "other") sendJson(response, 200, { id: "another" });
  else if (fault.malformed)
    response.writeHead(200).end(fault.malformed === "html" ? "<html>Bad gateway" : "");
  else return false;
  return true;
}

/** The SDK runs in pages of anybody's. */
function allowBrowsers(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
  response.setHeader("Access-Control-Allow-Headers", "Authorization, Content-Type");
  response.setHeader("Access-Control-Allow-Methods", "GET, POST");
}

function failKey(response: ServerResponse): void {
  fail(
    response,
    401,
    "Invalid Key. Hot tip, you may be using the private key instead of the public key, or vice versa.",
  );
}

const NAMES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  429: "Too Many Requests",
};

function fail(response: ServerResponse, statusCode: number, message: string): void {
  sendJson(response, statusCode, { message, error: NAMES[statusCode] ?? "Error", statusCode });
}
