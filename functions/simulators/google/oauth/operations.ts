import { type Answer, type ApiRequest, type Family, type Operation, pickParams } from "../api.js";
import type { Caller } from "../caller.js";
import type { FaultAnswer } from "../faults.js";
import { decideConsent, showConsent } from "./authorize.js";
import { clientIdOf } from "./clientCredentials.js";
import { errorPage } from "./errorPage.js";
import { oauthError } from "./refusals.js";
import { revokedTokenOf, revokeToken } from "./revoke.js";
import { giveTokens } from "./token.js";
import { askedTokenOf, tellTokenInfo } from "./tokenInfo.js";

/** All that is shown of OAuth's parameters; the others are secrets, or may be. */
const SHOWN = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "access_type",
  "prompt",
  "include_granted_scopes",
  "code_challenge_method",
  "grant_type",
  "decision",
  "account",
  "granted",
];

const ERRORS: Record<number, string> = { 400: "invalid_grant", 401: "invalid_client", 403: "access_denied" };

function shownParams({ query, form }: ApiRequest) {
  return { ...pickParams(query, isShown), ...pickParams(form, isShown) };
}

function isShown(name: string): boolean {
  return SHOWN.includes(name);
}

const PAGES: Family = {
  callerOf: ({ query, form }) => ({
    clientId: form.get("client_id") ?? query.get("client_id"),
    account: form.get("account") ?? query.get("login_hint"),
  }),
  shownParams,
  fail: ({ status, reason, message }) =>
    errorPage(status, reason ?? "internal_failure", message ?? "Something went wrong. Try again later."),
};

const TOKENS: Family = {
  callerOf: (request) => callerOfToken(request),
  shownParams,
  fail: ({ status, reason, message, retryAfterSeconds }: FaultAnswer): Answer => {
    const error = reason ?? ERRORS[status] ?? (status === 429 ? "rate_limit_exceeded" : "internal_failure");
    const answer = oauthError(error, message ?? "Bad Request", status);
    if (retryAfterSeconds === undefined) return answer;
    return { ...answer, headers: { "Retry-After": String(retryAfterSeconds) } };
  },
};

function callerOfToken(request: ApiRequest): Caller {
  const { world, form } = request;
  const { codes, refresh } = world.grants;
  const known =
    codes.get(form.get("code") ?? "") ??
    refresh.get(form.get("refresh_token") ?? "") ??
    revokedTokenOf(request) ??
    askedTokenOf(request);
  return {
    clientId: clientIdOf(request) ?? known?.grant.clientId ?? null,
    account: known?.grant.account ?? null,
  };
}

const TOKEN_NAMES: Record<string, string> = {
  authorization_code: "token.exchange",
  refresh_token: "token.refresh",
};
const CONSENT_PATH = /^\/o\/oauth2\/(?:v2\/)?auth$/;

export const OAUTH_OPERATIONS: Operation[] = [
  { method: "GET", path: CONSENT_PATH, name: () => "consent.show", family: PAGES, run: showConsent },
  { method: "POST", path: CONSENT_PATH, name: () => "consent.decide", family: PAGES, run: decideConsent },
  {
    method: "POST",
    path: /^\/token$/,
    name: ({ form }) => TOKEN_NAMES[form.get("grant_type") ?? ""] ?? "token",
    family: TOKENS,
    run: giveTokens,
  },
  { method: "POST", path: /^\/revoke$/, name: () => "revoke", family: TOKENS, run: revokeToken },
  { method: "GET", path: /^\/tokeninfo$/, name: () => "tokeninfo", family: TOKENS, run: tellTokenInfo },
  { method: "POST", path: /^\/tokeninfo$/, name: () => "tokeninfo", family: TOKENS, run: tellTokenInfo },
  {
    method: "GET",
    path: /^\/oauth2\/v1\/certs$/,
    name: () => "certs",
    family: TOKENS,
    run: ({ world }) => ({ status: 200, json: world.signer.pem() }),
  },
  {
    method: "GET",
    path: /^\/oauth2\/v3\/certs$/,
    name: () => "certs",
    family: TOKENS,
    run: ({ world }) => ({ status: 200, json: world.signer.jwks() }),
  },
];
