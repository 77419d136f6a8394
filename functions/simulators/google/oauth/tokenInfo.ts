import type { Answer, ApiRequest } from "../api.js";
import type { AccessToken } from "./grants.js";
import { refuse } from "./refusals.js";

/** The access token that is asked about: in a header, the query or a form. */
export function askedTokenOf({ world, headers, query, form }: ApiRequest): AccessToken | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  return world.grants.access.get(bearer ?? query.get("access_token") ?? form.get("access_token") ?? "");
}

/** What an access token is for. @throws Refused for one that is not valid */
export function tellTokenInfo(request: ApiRequest): Answer {
  const { world } = request;
  const token = askedTokenOf(request);
  const account = token && world.accounts.get(token.grant.account);
  if (!account || !world.grants.isValid(token, world.now())) return refuse("invalid_token", "Invalid Value");
  const { grant, scopes, expiresAt } = token;
  const showsEmail = scopes.some((scope) => scope.endsWith("/userinfo.email"));
  return {
    status: 200,
    json: {
      azp: grant.clientId,
      aud: grant.clientId,
      sub: account.subject,
      scope: scopes.join(" "),
      exp: String(Math.floor(expiresAt / 1_000)),
      expires_in: String(Math.floor((expiresAt - world.now()) / 1_000)),
      access_type: grant.isOffline ? "offline" : "online",
      ...(showsEmail && { email: account.email, email_verified: "true" }),
    },
  };
}
