import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readJson, sendJson } from "../json.js";
import { newCall } from "./call.js";
import { type CallInput, callSchema, scriptSchema } from "./callScript.js";
import { faultSchema } from "./faults.js";
import { playCall } from "./playCall.js";
import type { World } from "./world.js";

const OK = { ok: true };

const HANDLERS: Record<string, (world: World, body: unknown) => unknown> = {
  "POST assistants": ({ account }, body) => {
    account.assistantIds.push(z.strictObject({ id: z.string() }).parse(body).id);
    return OK;
  },
  "POST script": (world, body) => {
    world.script = scriptSchema.parse(body);
    return world.script;
  },
  "POST faults": ({ faults }, body) =>
    z
      .array(faultSchema)
      .parse([body].flat())
      .map((fault) => faults.add(fault)),
  "GET faults": ({ faults }) => faults.pending,
  "DELETE faults": ({ faults }) => {
    faults.clear();
    return OK;
  },
  "POST calls": (world, body) => holdCall(world, callSchema.parse(body)),
  "GET calls": ({ calls }) => calls.map(({ script: _, ...shown }) => shown),
  "GET requests": ({ requests }) => requests.view(),
  "DELETE requests": ({ requests }) => {
    requests.clear();
    return OK;
  },
};

/** Holds a call and waits for its end. @returns what was sent of it */
export async function holdCall(world: World, input: CallInput) {
  const { callId, assistantId = "", metadata, serverUrl, secret, ...script } = callSchema.parse(input);
  const known = assistantId || (world.account.assistantIds[0] ?? "");
  const call = newCall({
    assistantId: known,
    metadata,
    script,
    ...(callId === undefined ? {} : { id: callId }),
  });
  world.calls.push(call);
  const server = { serverUrl: serverUrl ?? world.serverUrl, secret: secret ?? world.account.webhookSecret };
  await playCall(world, call, server);
  return { id: call.id, deliveries: call.deliveries };
}

/** Answers `/control/vapi/<what>`; a bad body is a 400 that says what is wrong. */
export async function handleControl(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  what: string,
): Promise<void> {
  const handler = HANDLERS[`${request.method} ${what}`];
  if (!handler) return refuse(response, what);
  const body = await readJson(request);
  try {
    sendJson(response, 200, await handler(world, body));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    sendJson(response, 400, { error: { message } });
  }
}

function refuse(response: ServerResponse, what: string): void {
  const allowed = ["GET", "POST", "DELETE"].filter((method) => HANDLERS[`${method} ${what}`]);
  if (allowed.length === 0) sendJson(response, 404, { error: { message: `No control '${what}'.` } });
  else sendJson(response, 405, { error: { message: "Method not allowed." } }, { Allow: allowed.join(", ") });
}
