import assert from "node:assert/strict";
import { auth, calendar, type calendar_v3 } from "googleapis/build/src/apis/calendar/index.js";
import type { GoogleSimulator } from "../../../simulators/google/server.js";

export const REDIRECT = "http://localhost:4999/callback?from=google";
export const CALENDAR = "https://www.googleapis.com/auth/calendar";
export const ADA = "ada@example.com";

export type OAuth = InstanceType<typeof auth.OAuth2>;
export type EventInput = calendar_v3.Schema$Event;

/** The real SDK's OAuth client, speaking to a simulator. */
export function oauthFor({ url, client }: GoogleSimulator, { clientId, clientSecret } = client): OAuth {
  return new auth.OAuth2({
    clientId,
    clientSecret,
    redirectUri: REDIRECT,
    endpoints: {
      oauth2AuthBaseUrl: `${url}/o/oauth2/v2/auth`,
      oauth2TokenUrl: `${url}/token`,
      oauth2RevokeUrl: `${url}/revoke`,
      tokenInfoUrl: `${url}/tokeninfo`,
      oauth2FederatedSignonPemCertsUrl: `${url}/oauth2/v1/certs`,
    },
  });
}

/** The real SDK, speaking to a simulator's calendars. */
export function calendarFor({ url }: GoogleSimulator, oauth: OAuth): calendar_v3.Calendar {
  return calendar({ version: "v3", auth: oauth, rootUrl: url, retry: false });
}

/** The real SDK for someone who has allowed the simulator's own app everything. */
export function calendarOf(
  simulator: GoogleSimulator,
  account: string,
  scope = CALENDAR,
): calendar_v3.Calendar {
  const oauth = oauthFor(simulator);
  const { clientId } = simulator.client;
  const { access_token } = simulator.grant({ clientId, account, scope, offline: false });
  oauth.setCredentials({ access_token });
  return calendarFor(simulator, oauth);
}

/** What an answer refuses with. */
export interface Refusal {
  status: number;
  /** OAuth's `error`, or the calendars' first `reason`. */
  reason: string;
  message: string;
  body: unknown;
}

interface ErrorBody {
  error?: string | { message?: string; errors?: { reason?: string }[] };
  error_description?: string;
}

/** How an attempt of the SDK's is refused. */
export async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  const error = await attempt.then(
    () => assert.fail("It was not refused."),
    (reason: Error & { response?: { status: number; data: ErrorBody } }) => reason,
  );
  assert.ok(error.response, error.stack);
  const { status, data } = error.response;
  const { error: what } = data;
  if (typeof what === "string") {
    return { status, reason: what, message: data.error_description ?? "", body: data };
  }
  return { status, reason: what?.errors?.[0]?.reason ?? "", message: what?.message ?? "", body: data };
}

/** A timed event. */
export function timed(summary: string, start: string, end: string, timeZone = "Europe/Berlin"): EventInput {
  return { summary, start: { dateTime: start, timeZone }, end: { dateTime: end, timeZone } };
}
