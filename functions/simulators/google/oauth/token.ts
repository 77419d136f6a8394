import type { Answer, ApiRequest } from "../api.js";
import type { Client } from "../clients.js";
import type { World } from "../world.js";
import { authenticateClient } from "./clientCredentials.js";
import type { AuthorizationCode, Grant } from "./grants.js";
import { isAnswered } from "./pkce.js";
import { refuse } from "./refusals.js";

/** Gives tokens for a code, or for a refresh token. @throws Refused */
export function giveTokens(request: ApiRequest): Answer {
  const { world, form } = request;
  const grantType = form.get("grant_type") ?? "";
  if (grantType === "authorization_code") return exchangeCode(world, authenticateClient(request), form);
  if (grantType === "refresh_token") return refreshAccess(world, authenticateClient(request), form);
  return refuse("unsupported_grant_type", `Invalid grant_type: ${grantType}`);
}

function exchangeCode(world: World, client: Client, form: URLSearchParams): Answer {
  const secret = form.get("code") || refuse("invalid_request", "Missing required parameter: code");
  const code = world.grants.codes.get(secret) ?? refuse("invalid_grant", "Malformed auth code.");
  checkCode(code, client, form, world.now());
  // What a code gave stays valid when it is tried again; RFC 6749 would have it revoked, which Google does not promise.
  code.isUsed = true;
  const { grant, scopes, nonce } = code;
  const refreshToken = code.givesRefreshToken ? world.grants.issueRefresh(grant, scopes) : undefined;
  return tokenAnswer(world, client, { grant, scopes, nonce, refreshToken });
}

/** @throws Refused */
function checkCode(code: AuthorizationCode, client: Client, form: URLSearchParams, now: number): void {
  const { challenge, grant } = code;
  if (grant.clientId !== client.clientId) refuse("unauthorized_client", "Unauthorized", 401);
  if (code.isUsed || grant.isRevoked || now >= code.expiresAt) refuse("invalid_grant", "Bad Request");
  if (form.get("redirect_uri") !== code.redirectUri) refuse("redirect_uri_mismatch", "Bad Request");
  const verifier = form.get("code_verifier");
  if (!challenge && verifier !== null) refuse("invalid_grant", "code_verifier or verifier is not needed.");
  if (!challenge) return;
  if (!verifier) refuse("invalid_grant", "Missing code verifier.");
  if (!isAnswered(challenge, verifier)) refuse("invalid_grant", "Invalid code verifier.");
}

function refreshAccess(world: World, client: Client, form: URLSearchParams): Answer {
  const secret =
    form.get("refresh_token") || refuse("invalid_request", "Missing required parameter: refresh_token");
  const token = world.grants.refresh.get(secret) ?? refuse("invalid_grant", "Bad Request");
  const { grant, scopes } = token;
  if (grant.clientId !== client.clientId) return refuse("unauthorized_client", "Unauthorized", 401);
  if (token.isRevoked || grant.isRevoked || !world.accounts.get(grant.account)) {
    return refuse("invalid_grant", "Token has been expired or revoked.");
  }
  return tokenAnswer(world, client, { grant, scopes, nonce: undefined, refreshToken: undefined });
}

/** The tokens themselves; an id token too where `openid` was asked for. */
export function tokenAnswer(
  world: World,
  client: Client,
  given: { grant: Grant; scopes: string[]; nonce: string | undefined; refreshToken: string | undefined },
): Answer {
  const { grant, scopes, nonce, refreshToken } = given;
  const { clientId, accessTokenSeconds: seconds } = client;
  const now = world.now();
  const accessToken = world.grants.issueAccess(grant, scopes, now + seconds * 1_000);
  const account = scopes.includes("openid") ? world.accounts.get(grant.account) : undefined;
  return {
    status: 200,
    headers: { "Cache-Control": "no-store" },
    json: {
      access_token: accessToken,
      expires_in: seconds,
      ...(refreshToken && { refresh_token: refreshToken }),
      scope: scopes.join(" "),
      token_type: "Bearer",
      ...(account && {
        id_token: world.signer.sign({ account, clientId, scopes, nonce, accessToken, now, seconds }),
      }),
    },
  };
}
