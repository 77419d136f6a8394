import type { Answer, ApiRequest } from "../api.js";
import type { AccessToken, RefreshToken } from "./grants.js";
import { refuse } from "./refusals.js";

/** The token that is to be revoked, in the query or a form. */
export function revokedTokenOf({ world, query, form }: ApiRequest): AccessToken | RefreshToken | undefined {
  const secret = query.get("token") ?? form.get("token") ?? "";
  return world.grants.access.get(secret) ?? world.grants.refresh.get(secret);
}

/** Ends a grant with all its tokens, whichever of them is given. @throws Refused for a token that is not valid */
export function revokeToken(request: ApiRequest): Answer {
  const { world, query, form } = request;
  if (!query.get("token") && !form.get("token")) {
    return refuse("invalid_request", "Missing required parameter: token");
  }
  const token = revokedTokenOf(request);
  if (!token || !isValid(token, world.now())) return refuse("invalid_token", "Token expired or revoked");
  world.grants.revoke({ clientId: token.grant.clientId, account: token.grant.account });
  return { status: 200, json: {} };
}

function isValid(token: AccessToken | RefreshToken, now: number): boolean {
  if (token.grant.isRevoked) return false;
  return "expiresAt" in token ? now < token.expiresAt : !token.isRevoked;
}
