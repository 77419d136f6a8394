import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../json.js";
import { createSpeech } from "./audioSpeech.js";
import { completeChat } from "./chatCompletions.js";
import type { Exchange } from "./exchange.js";
import type { FaultyEndpoint } from "./faultSchemas.js";
import { keyOf, refusalOfFault, refuseKey } from "./handshake.js";
import { newRequestId } from "./ids.js";
import { type RefusalError, RefusedRequest, refusal } from "./refusal.js";

interface Endpoint {
  /** What faults call it; undefined for one that has none. */
  name?: FaultyEndpoint;
  answer(exchange: Exchange): Promise<void> | void;
}

const ENDPOINTS = new Map<string, Endpoint>([
  ["/chat/completions", { name: "chat", answer: completeChat }],
  ["/audio/speech", { name: "speech", answer: createSpeech }],
  ["/realtime/client_secrets", { answer: createClientSecret }],
]);

/** Answers a request to `/openai/v1` + `path`; throws InvalidRequest, RefusedRequest or UnreadableBody. */
export async function handleApi(
  { controls, secrets }: Pick<Exchange, "controls" | "secrets">,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const id = newRequestId();
  response.setHeader("x-request-id", id);
  response.setHeader("openai-version", "2020-10-01");
  const endpoint = ENDPOINTS.get(path);
  if (!endpoint) throw new RefusedRequest(refusal(404, notFound(request.method, `/v1${path}`)));
  if (request.method !== "POST") {
    throw new RefusedRequest(refusal(405, notAllowed(request.method), { Allow: "POST" }));
  }
  const key = keyOf(request);
  const logged = controls.requests.begin({ id, path, key }, response);
  const { name } = endpoint;
  const fault = name && controls.faults.takeForRequest(name, key);
  const refused = fault ? refusalOfFault(fault) : refuseKey(key);
  if (refused) throw new RefusedRequest(refused);
  const body = await readJson(request);
  logged.received(body);
  if (fault?.kind === "http_hang") return;
  const takeStreamFault = () => name && controls.faults.takeForStream(name, key);
  await endpoint.answer({ body, response, controls, secrets, logged, takeStreamFault });
}

/** For a path at which there is nothing. */
export function notFound(method: string | undefined, path: string): RefusalError {
  return { message: `Invalid URL (${method} ${path})` };
}

function createClientSecret({ response, secrets, body }: Exchange): void {
  sendJson(response, 200, secrets.create(body));
}

function notAllowed(method: string | undefined): RefusalError {
  return { message: `Not allowed to ${method} on this endpoint.`, code: "method_not_supported" };
}
