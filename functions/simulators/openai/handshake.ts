import type { IncomingMessage } from "node:http";
import type { ClientSecrets } from "./clientSecrets.js";
import type { HandshakeFault, HttpFault } from "./faultSchemas.js";
import { newId } from "./ids.js";
import { InvalidRequest } from "./invalidRequest.js";
import { checkKnownModel } from "./models.js";
import { type Refusal, refusal } from "./refusal.js";
import { defaultSession, type SessionConfig } from "./sessionConfig.js";

/** What a client came with, once its key is accepted. */
export interface Admission {
  key: string;
  config: SessionConfig;
  modelFixed: boolean;
  /** Accepted only to be told this and closed with 4000. */
  fatal: InvalidRequest | undefined;
}

export const SESSION_LIMIT_MS = 60 * 60 * 1000;
const KEY_PROTOCOL = "openai-insecure-api-key.";
const SECRET_KEY = /^sk-[\w-]{3,}$/;

/** The subprotocols a client offers. */
export function protocolsOf(request: IncomingMessage): string[] {
  const header = request.headers["sec-websocket-protocol"] ?? "";
  return header.split(",").map((protocol) => protocol.trim());
}

/** The key in the `Authorization` header, else in the subprotocol that browsers use. */
export function keyOf(request: IncomingMessage): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer) return bearer;
  return protocolsOf(request)
    .find((protocol) => protocol.startsWith(KEY_PROTOCOL))
    ?.slice(KEY_PROTOCOL.length);
}

/** The refusal of a missing or unknown key; undefined when `key` may use the API. */
export function refuseKey(key: string | undefined, secrets?: ClientSecrets): Refusal | undefined {
  if (key === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).";
    return refusal(401, { message, code: null });
  }
  if (SECRET_KEY.test(key) || secrets?.find(key)) return undefined;
  const shown = key.length > 8 ? `${key.slice(0, 3)}***${key.slice(-4)}` : "***";
  const message = `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`;
  return refusal(401, { message, code: "invalid_api_key" });
}

/** What a fault answers; undefined for one that never answers. */
export function refusalOfFault(fault: HandshakeFault | HttpFault): Refusal | undefined {
  switch (fault.kind) {
    case "handshake_401":
    case "http_401":
      return refusal(401, { message: "Incorrect API key provided.", code: "invalid_api_key" });
    case "handshake_429":
      return tooMany(fault.retryAfterSeconds, "rate_limit_exceeded");
    case "http_429":
      return tooMany(fault.retryAfterSeconds, fault.code);
    case "handshake_500":
    case "http_500":
      return refusal(500, {
        message: "The server had an error while processing your request.",
        type: "server_error",
        code: null,
      });
    case "handshake_hang":
    case "http_hang":
      return undefined;
  }
}

/** Works out the session that an accepted key opens. */
export function admit(request: IncomingMessage, url: URL, key: string, secrets: ClientSecrets): Admission {
  const named = url.searchParams.get("model") ?? undefined;
  const secret = secrets.find(key);
  const expiresAt = Math.floor((Date.now() + SESSION_LIMIT_MS) / 1000);
  const config = secret
    ? { ...structuredClone(secret.session), id: newId("sess"), expires_at: expiresAt }
    : defaultSession(newId("sess"), expiresAt);
  if (named !== undefined && !secret?.modelFixed) config.model = named;
  const modelFixed = named !== undefined || (secret?.modelFixed ?? false);
  return { key, config, modelFixed, fatal: fatalOf(request, config.model) };
}

function fatalOf(request: IncomingMessage, model: string): InvalidRequest | undefined {
  const beta = request.headers["openai-beta"];
  if (
    String(beta ?? "").includes("realtime=v1") ||
    protocolsOf(request).includes("openai-beta.realtime-v1")
  ) {
    const message = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.";
    return new InvalidRequest("beta_api_shape_disabled", message);
  }
  try {
    checkKnownModel(model, "model");
    return undefined;
  } catch (error) {
    return error as InvalidRequest;
  }
}

function tooMany(retryAfterSeconds: number, code: "rate_limit_exceeded" | "insufficient_quota"): Refusal {
  const error =
    code === "insufficient_quota"
      ? {
          message: "You exceeded your current quota, please check your plan and billing details.",
          type: code,
        }
      : { message: "Rate limit reached.", type: "requests" };
  return refusal(429, { ...error, code }, { "Retry-After": String(retryAfterSeconds) });
}
