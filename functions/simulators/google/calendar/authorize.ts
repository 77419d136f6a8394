import type { Account } from "../accounts.js";
import type { ApiRequest } from "../api.js";
import type { Caller } from "../caller.js";
import type { AccessToken } from "../oauth/grants.js";
import { refuseAtDoor } from "./refusals.js";

const EXPECTED =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. See " +
  "https://developers.google.com/identity/sign-in/web/devconsole-project.";

/** Whose a request to the calendars is: known also of tokens that are no longer valid. */
export function bearerOf(request: ApiRequest): Caller {
  const token = tokenOf(request);
  return { clientId: token?.grant.clientId ?? null, account: token?.grant.account ?? null };
}

/** Whose calendars may be used. @throws Refused for a token that is none, or has none of these scopes */
export function authorize(request: ApiRequest, method: string, scopes: readonly string[]): Account {
  if (bearer(request) === undefined) return refuseMissing();
  const token = tokenOf(request);
  const account = token && request.world.accounts.get(token.grant.account);
  if (!account || !request.world.grants.isValid(token, request.world.now())) return refuseInvalid();
  if (!scopes.some((scope) => token.scopes.includes(scope))) return refuseScopes(method, scopes);
  return account;
}

function tokenOf(request: ApiRequest): AccessToken | undefined {
  const secret = bearer(request);
  return secret === undefined ? undefined : request.world.grants.access.get(secret);
}

function bearer({ headers, query }: ApiRequest): string | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  return token ?? query.get("access_token") ?? undefined;
}

function refuseMissing(): never {
  return refuseAtDoor(401, {
    message: `Request is missing required authentication credential. ${EXPECTED}`,
    status: "UNAUTHENTICATED",
    error: {
      message: "Login Required.",
      domain: "global",
      reason: "required",
      location: "Authorization",
      locationType: "header",
    },
    challenge: "",
  });
}

function refuseInvalid(): never {
  return refuseAtDoor(401, {
    message: `Request had invalid authentication credentials. ${EXPECTED}`,
    status: "UNAUTHENTICATED",
    error: {
      message: "Invalid Credentials",
      domain: "global",
      reason: "authError",
      location: "Authorization",
      locationType: "header",
    },
    challenge: ', error="invalid_token"',
  });
}

function refuseScopes(method: string, scopes: readonly string[]): never {
  return refuseAtDoor(403, {
    message: "Request had insufficient authentication scopes.",
    status: "PERMISSION_DENIED",
    error: { message: "Insufficient Permission", domain: "global", reason: "insufficientPermissions" },
    details: [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        domain: "googleapis.com",
        metadata: { service: "calendar-json.googleapis.com", method: `calendar.v3.${method}` },
      },
    ],
    challenge: `, error="insufficient_scope", scope="${scopes.join(" ")}"`,
  });
}
