import type { IncomingMessage, ServerResponse } from "node:http";
import { UnreadableBody } from "../json.js";
import { type Answer, type ApiRequest, type Operation, Refused } from "./api.js";
import { CALENDAR_OPERATIONS } from "./calendar/operations.js";
import { calendarError } from "./calendar/refusals.js";
import { OAUTH_OPERATIONS } from "./oauth/operations.js";
import { sendAnswer } from "./sendAnswer.js";
import { failWith } from "./strike.js";
import type { World } from "./world.js";

const OPERATIONS = [...OAUTH_OPERATIONS, ...CALENDAR_OPERATIONS];
const BODY_MAX_BYTES = 1024 * 1024;

/** Answers a request to `path` as the Google host that has it. @throws UnreadableBody */
export async function handleApi(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  { path, query }: { path: string; query: URLSearchParams },
): Promise<void> {
  const method = request.method ?? "";
  const text = await readText(request);
  const found = operationAt(method, path);
  if (!found) return sendAnswer(response, nothingAt(method, path));
  const { operation, ids } = found;
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
  const form = new URLSearchParams(isForm ? text : "");
  const read: ApiRequest = { world, method, path, ids, query, headers: request.headers, text, form };
  const caller = operation.family.callerOf(read);
  const name = operation.name(read);
  const logged = {
    method,
    path,
    operation: name,
    params: operation.family.shownParams(read),
    ...caller,
    at: world.now(),
    status: null as number | null,
  };
  world.requests.add(logged);
  response.once("finish", () => {
    logged.status = response.statusCode;
  });
  const fault = world.faults.take({ operation: name, method, path }, caller);
  const answer = () => run(operation, read);
  if (fault) return failWith(fault, { response, answer, family: operation.family, stopped: world.stopped });
  sendAnswer(response, await answer());
}

async function run(operation: Operation, request: ApiRequest): Promise<Answer> {
  try {
    return await operation.run(request);
  } catch (error) {
    if (error instanceof Refused) return error.answer;
    throw error;
  }
}

function operationAt(method: string, path: string): { operation: Operation; ids: string[] } | undefined {
  for (const operation of OPERATIONS) {
    const match = operation.method === method ? operation.path.exec(path) : null;
    const ids = match && decodedIds(match.slice(1));
    if (ids) return { operation, ids };
  }
  return undefined;
}

function decodedIds(parts: string[]): string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function nothingAt(method: string, path: string): Answer {
  const allowed = OPERATIONS.filter((operation) => operation.path.test(path)).map((one) => one.method);
  if (allowed.length === 0) {
    return calendarError(404, { message: `Nothing is simulated at ${path}.`, reason: "notFound" });
  }
  const refused = calendarError(405, {
    message: `${method} is not simulated here.`,
    reason: "httpMethodNotAllowed",
  });
  return { ...refused, headers: { Allow: [...new Set(allowed)].join(", ") } };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new UnreadableBody("The request body is larger than 1 MiB.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
