import type { Account } from "../accounts.js";
import type { Answer } from "../api.js";
import { AUTHORIZATION_PARAMS, type AuthorizationRequest } from "./authorizationRequest.js";
import { type Html, html, pageAnswer } from "./html.js";
import { describeScope, isIdentityScope } from "./scopes.js";

/** The page on which a user allows an app what it asks for, or not: a form that needs no script. */
export function consentPage(
  request: AuthorizationRequest,
  params: URLSearchParams,
  accounts: Account[],
  chosen: Account | undefined,
): Answer {
  const { client, redirectUri, scopes, isOffline } = request;
  return pageAnswer(
    200,
    "Sign in with a simulated Google account",
    html`<h1>An app wants to access a simulated Google account</h1>
<p>The app: <code>${client.clientId}</code></p>
<p><small>You will be sent to <code>${redirectUri}</code></small></p>
<form method="post" action="auth">
${hiddenFields(params)}
<fieldset>
<legend>Choose an account</legend>
${accounts.map((account) => accountChoice(account, account === chosen))}
</fieldset>
<fieldset>
<legend>This will allow the app to</legend>
${scopes.map((scope) => scopeChoice(scope, isChoice(scope, scopes)))}
${isOffline ? html`<p><small>Also while you are not there (offline access).</small></p>` : ""}
</fieldset>
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`,
  );
}

/** A user may leave out any of several scopes, as at Google; not who they are. */
export function isChoice(scope: string, scopes: string[]): boolean {
  return scopes.length > 1 && !isIdentityScope(scope);
}

function hiddenFields(params: URLSearchParams): Html[] {
  return AUTHORIZATION_PARAMS.flatMap((name) => {
    const value = params.get(name);
    return value === null ? [] : [html`<input type="hidden" name="${name}" value="${value}">\n`];
  });
}

function accountChoice({ email, name }: Account, isChosen: boolean): Html {
  const checked = isChosen ? html` checked` : "";
  return html`<label><input type="radio" name="account" value="${email}"${checked}> ${name} <small>${email}</small></label>\n`;
}

function scopeChoice(scope: string, mayLeaveOut: boolean): Html {
  const what = html`${describeScope(scope)} <small><code>${scope}</code></small>`;
  if (!mayLeaveOut) return html`<p>${what}</p>\n`;
  return html`<label><input type="checkbox" name="granted" value="${scope}" checked> ${what}</label>\n`;
}
