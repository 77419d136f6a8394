import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../../json.js";
import type { Fault } from "../faults.js";
import { pause } from "../pause.js";
import { logParams } from "../requestLog.js";
import type { World } from "../world.js";
import { authenticate } from "./authenticate.js";
import type { Answer } from "./endpoint.js";
import { readForm } from "./form.js";
import { RestRefusal } from "./refusal.js";
import { operationAt } from "./resources.js";

/** Answers a request to one of Twilio's hosts, whose paths do not overlap. @throws RestRefusal */
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
  const { operation, sids } = operationAt(request.method ?? "", path, below);
  const form = await readForm(request);
  logParams(logged, form);
  const fault = world.faults.take(operation.name, form.get("To"));
  if (fault && !fault.afterCreating && !(await survives(world, fault, response))) return;
  const answer = await operation.run({ world, path, sids, query, form, apiUrl });
  if (fault?.afterCreating && !(await survives(world, fault, response))) return;
  send(response, answer);
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
