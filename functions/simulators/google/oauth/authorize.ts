import type { Account } from "../accounts.js";
import type { Answer, ApiRequest } from "../api.js";
import type { World } from "../world.js";
import { type AuthorizationRequest, readAuthorizationRequest } from "./authorizationRequest.js";
import { consentPage, isChoice } from "./consentPage.js";
import { refuseOnPage } from "./errorPage.js";
import { ISSUER } from "./idToken.js";

/** Shows the consent page; with `prompt=none` it only says whether there is consent already. @throws Refused */
export function showConsent({ world, query }: ApiRequest): Answer {
  const request = readAuthorizationRequest(world, query);
  const accounts = world.accounts.all();
  const chosen = accounts.find(({ email }) => email === request.loginHint) ?? accounts[0];
  if (!request.prompts.includes("none")) return consentPage(request, query, accounts, chosen);
  const granted = chosen && world.grants.get(request.client.clientId, chosen.email);
  const isGranted = request.scopes.every((scope) => granted?.scopes.includes(scope));
  if (!chosen || !isGranted) return redirect(request, [["error", "interaction_required"]]);
  return allow(world, request, chosen, request.scopes);
}

/** Does what the user chose on the consent page. @throws Refused */
export function decideConsent({ world, form }: ApiRequest): Answer {
  const request = readAuthorizationRequest(world, form);
  const decision = form.get("decision");
  if (decision === "deny") return redirect(request, [["error", "access_denied"]]);
  const account = world.accounts.get(form.get("account") ?? "");
  if (decision !== "allow" || !account) {
    return refuseOnPage(400, "invalid_request", "Choose an account, and Allow or Deny.");
  }
  const chosen = form.getAll("granted");
  const scopes = request.scopes.filter((scope) => !isChoice(scope, request.scopes) || chosen.includes(scope));
  if (scopes.length === 0) return redirect(request, [["error", "access_denied"]]);
  return allow(world, request, account, scopes);
}

function allow(world: World, request: AuthorizationRequest, account: Account, asked: string[]): Answer {
  const { client, isOffline, includesGranted, redirectUri, challenge, nonce, prompts } = request;
  const { clientId } = client;
  const known = world.grants.get(clientId, account.email);
  const isNew = !asked.every((scope) => known?.scopes.includes(scope)) || !known?.isOffline;
  const before = includesGranted ? (known?.scopes ?? []) : [];
  const scopes = [...new Set([...asked, ...before])];
  const grant = world.grants.allow({ clientId, account: account.email, scopes, isOffline });
  // Later consents give one only when they were asked for: an app is to keep the first.
  const givesRefreshToken = isOffline && (isNew || prompts.includes("consent"));
  const code = world.grants.issueCode(
    { grant, scopes, redirectUri, challenge, nonce, givesRefreshToken },
    world.now() + client.codeSeconds * 1_000,
  );
  return redirect(request, [
    ["iss", ISSUER],
    ["code", code],
    ["scope", scopes.join(" ")],
    ["authuser", "0"],
    ["prompt", prompts.join(" ") || "consent"],
  ]);
}

function redirect(
  { redirectUri, state }: AuthorizationRequest,
  params: [name: string, value: string][],
): Answer {
  const url = new URL(redirectUri);
  if (state !== undefined) url.searchParams.append("state", state);
  for (const [name, value] of params) url.searchParams.append(name, value);
  return { status: 302, headers: { Location: url.href, "Cache-Control": "no-store" } };
}
