import assert from "node:assert/strict";
import type { AccountInput } from "../../simulators/google/accounts";
import type { EventResource } from "../../simulators/google/calendar/eventResource";
import type { FaultInput } from "../../simulators/google/faults";
import type { GrantView } from "../../simulators/google/oauth/grants";
import type { RequestView } from "../../simulators/google/requestLog";
import { newId } from "../../src/core/ids";
import { ConsentPage } from "../simulators/google/consent";
import { ask } from "./assistantApi";
import { fromStack } from "./stackEnvironment";

/** Steers the stack's Google: `/control/google/<what>`. @returns what it answers; asserts that it does as asked */
export async function googleControl<T = unknown>(
  method: "GET" | "POST" | "DELETE",
  what: string,
  body?: unknown,
  query: Record<string, string> = {},
): Promise<T> {
  const url = `${fromStack("SIMULATORS_URL")}/control/google/${what}?${new URLSearchParams(query)}`;
  const response = await fetch(url, {
    method,
    headers: { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${what}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}

/** Somebody's Google account that nobody else uses. @returns its e-mail address */
export async function googleAccount(options: Partial<AccountInput> = {}): Promise<string> {
  const email = options.email ?? `${newId()}@gmail.test`;
  await googleControl("POST", "accounts", { ...options, email });
  return email;
}

/** Puts events as Google's API takes them into an account's own calendar, past the API. @returns their ids */
export async function putEvents(account: string, ...events: object[]): Promise<string[]> {
  return (await googleControl<{ ids: string[] }>("POST", "events", { account, events })).ids;
}

/** All that is in an account's own calendar, cancelled or not, as Google's API shows it. */
export function eventsOf(account: string): Promise<EventResource[]> {
  return googleControl("GET", "events", undefined, { account });
}

/** How often the stack's Google was asked for what about an account: `token.exchange`, `events.list` and so on. */
export function countsOf(account: string): Promise<Record<string, number>> {
  return googleControl("GET", "counts", undefined, { account });
}

/** What the stack's Google was asked about an account, newest last; without secrets. */
export function requestsOf(account: string): Promise<RequestView[]> {
  return googleControl("GET", "requests", undefined, { account });
}

/** What an account has allowed, and how many tokens for it are valid. */
export function grantsOf(account: string): Promise<GrantView[]> {
  return googleControl("GET", "grants", undefined, { account });
}

/** Withdraws what an account has allowed, as its owner does at Google. */
export function revokeGrantsOf(account: string): Promise<unknown> {
  return googleControl("DELETE", "grants", undefined, { account });
}

/** Ends an account's access tokens before their time. */
export function expireAccessOf(account: string): Promise<unknown> {
  return googleControl("POST", "expire", { account });
}

/** Lets the stack's Google fail, for one account alone: others may be tested at the same time. */
export function addGoogleFault(fault: FaultInput & { account: string }): Promise<unknown> {
  return googleControl("POST", "faults", fault);
}

/** Anybody with a token for our endpoints. */
type Holder = { accessToken: string };

/** Where a user of ours consents to Google. */
export async function authorizationUrl(user: Holder): Promise<string> {
  const { status, text, body } = await ask("GET", "/google-calendar/auth", { token: user.accessToken });
  assert.equal(status, 200, text);
  return (body as { authorization_url: string }).authorization_url;
}

/** Opens Google's page and presses a button. @returns our address, to which Google sends the browser back */
export async function consentAt(
  url: string,
  { account, decision = "allow" }: { account: string; decision?: "allow" | "deny" },
): Promise<URL> {
  return (await ConsentPage.open(url)).press(decision, { account });
}

/** Goes back to us as a browser does. @returns the frontend's address, to which we send it on */
export async function followBack(back: URL): Promise<URL> {
  const response = await fetch(back, { redirect: "manual" });
  assert.equal(response.status, 302, await response.text());
  return new URL(response.headers.get("location") ?? "");
}

/** Connects a user's calendar as a browser does, over Google's page. @returns the Google account, else a fresh one */
export async function connectCalendar(
  user: Holder,
  options: { account?: string; timeZone?: string } = {},
): Promise<string> {
  const { timeZone } = options;
  const account = options.account ?? (await googleAccount(timeZone === undefined ? {} : { timeZone }));
  const arrived = await followBack(await consentAt(await authorizationUrl(user), { account }));
  assert.equal(arrived.search, "?success=true&connected=calendar", arrived.href);
  return account;
}
