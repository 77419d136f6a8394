import { type Client, isRegistered } from "../clients.js";
import type { World } from "../world.js";
import { refuseOnPage } from "./errorPage.js";
import type { CodeDetails } from "./grants.js";
import { isChallenge } from "./pkce.js";
import { readScopes } from "./scopes.js";

/** What an app asks a user for: https://developers.google.com/identity/protocols/oauth2/web-server#creatingclient */
export interface AuthorizationRequest {
  client: Client;
  redirectUri: string;
  scopes: string[];
  /** Given back as it came; undefined when none came. */
  state: string | undefined;
  isOffline: boolean;
  prompts: string[];
  includesGranted: boolean;
  loginHint: string | undefined;
  challenge: CodeDetails["challenge"];
  nonce: string | undefined;
}

/** The parameters that a consent page must keep. */
export const AUTHORIZATION_PARAMS = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "access_type",
  "prompt",
  "include_granted_scopes",
  "login_hint",
  "code_challenge",
  "code_challenge_method",
  "nonce",
] as const;

type Name = (typeof AUTHORIZATION_PARAMS)[number];

/** @throws Refused with a page */
export function readAuthorizationRequest(world: World, params: URLSearchParams): AuthorizationRequest {
  for (const name of AUTHORIZATION_PARAMS) {
    if (params.getAll(name).length > 1)
      return refuseRequest(`OAuth 2 parameters can only have a single value: ${name}`);
  }
  const client = clientOf(world, params);
  const redirectUri = redirectUriOf(client, params);
  const responseType = params.get("response_type");
  if (!responseType) return refuseRequest("Required parameter is missing: response_type");
  if (responseType !== "code") {
    return refuseOnPage(400, "unsupported_response_type", `Invalid response_type: ${responseType}`);
  }
  return {
    client,
    redirectUri,
    scopes: scopesOf(params),
    state: params.get("state") ?? undefined,
    isOffline: choiceOf(params, "access_type", ["online", "offline"]) === "offline",
    prompts: promptsOf(params),
    includesGranted: choiceOf(params, "include_granted_scopes", ["false", "true"]) === "true",
    loginHint: params.get("login_hint") ?? undefined,
    challenge: challengeOf(params),
    nonce: params.get("nonce") ?? undefined,
  };
}

function clientOf({ clients }: World, params: URLSearchParams): Client {
  const client = clients.get(required(params, "client_id"));
  return client ?? refuseOnPage(401, "invalid_client", "The OAuth client was not found.");
}

function redirectUriOf(client: Client, params: URLSearchParams): string {
  const redirectUri = required(params, "redirect_uri");
  if (isRegistered(client, redirectUri)) return redirectUri;
  return refuseOnPage(
    400,
    "redirect_uri_mismatch",
    `You can't sign in because this app sent an invalid request: ${redirectUri} is not registered for it.`,
  );
}

function scopesOf(params: URLSearchParams): string[] {
  const { scopes, invalid } = readScopes(required(params, "scope"));
  if (invalid.length === 0 && scopes.length > 0) return scopes;
  return refuseOnPage(
    400,
    "invalid_scope",
    `Some requested scopes were invalid. {invalid=[${invalid.join(", ")}]}`,
  );
}

function promptsOf(params: URLSearchParams): string[] {
  const prompts = (params.get("prompt") ?? "").split(" ").filter(Boolean);
  const isKnown = prompts.every((prompt) => ["none", "consent", "select_account"].includes(prompt));
  if (isKnown && (prompts.length < 2 || !prompts.includes("none"))) return prompts;
  return refuseRequest(`Invalid parameter value for prompt: ${prompts.join(" ")}`);
}

function challengeOf(params: URLSearchParams): CodeDetails["challenge"] {
  const method = choiceOf(params, "code_challenge_method", ["plain", "S256"]);
  const value = params.get("code_challenge");
  if (value === null && !params.has("code_challenge_method")) return undefined;
  if (value !== null && isChallenge(value)) return { value, method };
  return refuseRequest("Invalid parameter value for code_challenge.");
}

/** One of several words; the first where none is given. */
function choiceOf<Word extends string>(params: URLSearchParams, name: Name, words: [Word, ...Word[]]): Word {
  const value = params.get(name);
  if (value === null) return words[0];
  return (
    words.find((word) => word === value) ?? refuseRequest(`Invalid parameter value for ${name}: ${value}`)
  );
}

function required(params: URLSearchParams, name: Name): string {
  return params.get(name) || refuseRequest(`Missing required parameter: ${name}`);
}

function refuseRequest(description: string): never {
  return refuseOnPage(400, "invalid_request", description);
}
