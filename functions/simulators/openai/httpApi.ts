import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../json.js";
import { createSpeech } from "./audioSpeech.js";
import { createCall, hangUpCall, shownOffer } from "./calls/endpoints.js";
import { readOffer } from "./calls/offer.js";
import { completeChat } from "./chatCompletions.js";
import type { Exchange } from "./exchange.js";
import type { FaultyEndpoint } from "./faultSchemas.js";
import { keyOf, refusalOfFault, refuseKey } from "./handshake.js";
import { newRequestId } from "./ids.js";
import { type RefusalError, RefusedRequest, refusal } from "./refusal.js";

interface Endpoint {
  /** What faults call it; undefined for one that has none. */
  name?: FaultyEndpoint;
  /** For one whose body is no JSON. */
  read?(request: IncomingMessage): Promise<unknown>;
  /** What the record of requests shows of its body; the whole when left out. */
  shown?(body: unknown): unknown;
  /** Pages call it with an ephemeral key. */
  forPages?: boolean;
  answer(exchange: Exchange): Promise<void> | void;
}

const ENDPOINTS = new Map<string, Endpoint>([
  ["/chat/completions", { name: "chat", answer: completeChat }],
  ["/audio/speech", { name: "speech", answer: createSpeech }],
  ["/realtime/client_secrets", { name: "secrets", answer: createClientSecret }],
  [
    "/realtime/calls",
    { name: "calls", read: readOffer, shown: shownOffer, forPages: true, answer: createCall },
  ],
  ["/realtime/calls/*/hangup", { name: "hangup", answer: hangUpCall }],
]);

const CALL_PATH = /^(\/realtime\/calls\/)([^/]+)(\/\w+)$/;

/** Answers a request to `/openai/v1` + `path`; throws InvalidRequest, RefusedRequest or UnreadableBody. */
export async function handleApi(
  { controls, secrets, calls }: Pick<Exchange, "controls" | "secrets" | "calls">,
  request: IncomingMessage,
  response: ServerResponse,
  { path, url }: { path: string; url: URL },
): Promise<void> {
  const id = newRequestId();
  response.setHeader("x-request-id", id);
  response.setHeader("openai-version", "2020-10-01");
  const [, start, pathId = "", end] = CALL_PATH.exec(path) ?? [];
  const endpoint = ENDPOINTS.get(pathId === "" ? path : `${start}*${end}`);
  if (!endpoint) throw new RefusedRequest(refusal(404, notFound(request.method, `/v1${path}`)));
  if (endpoint.forPages) {
    allowPages(response);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
  }
  if (request.method !== "POST") {
    throw new RefusedRequest(refusal(405, notAllowed(request.method), { Allow: "POST" }));
  }
  const key = keyOf(request);
  const logged = controls.requests.begin({ id, path, key }, response);
  const { name } = endpoint;
  const fault = name && controls.faults.takeForRequest(name, key);
  const refused = fault ? refusalOfFault(fault) : refuseKey(key, endpoint.forPages ? secrets : undefined);
  if (refused) throw new RefusedRequest(refused);
  const body = await (endpoint.read ?? readJson)(request);
  logged.received(endpoint.shown ? endpoint.shown(body) : body);
  if (fault?.kind === "http_hang" || key === undefined) return;
  const takeStreamFault = () => name && controls.faults.takeForStream(name, key);
  await endpoint.answer({
    body,
    request,
    response,
    url,
    pathId,
    key,
    controls,
    secrets,
    calls,
    logged,
    takeStreamFault,
  });
}

/** For a path at which there is nothing. */
export function notFound(method: string | undefined, path: string): RefusalError {
  return { message: `Invalid URL (${method} ${path})` };
}

function createClientSecret({ response, secrets, body, key }: Exchange): void {
  sendJson(response, 200, secrets.create(body, key));
}

/** As the real API answers pages of any origin, which hold no more than an ephemeral key. */
function allowPages(response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Methods", "POST, OPTIONS");
  response.setHeader("Access-Control-Allow-Headers", "*, Authorization");
  response.setHeader("Access-Control-Expose-Headers", "Location, x-request-id");
}

function notAllowed(method: string | undefined): RefusalError {
  return { message: `Not allowed to ${method} on this endpoint.`, code: "method_not_supported" };
}
