// This one path of googleapis loads in a tenth of what the whole does: import this file where a request is made.
import { auth, calendar, type calendar_v3 } from "googleapis/build/src/apis/calendar";
import type { GoogleSettings } from "./googleSettings";

/** Nothing is tried again by itself: whoever asks knows what may be done twice. */
const request = (timeoutMs: number) => ({ timeout: timeoutMs, retry: false });

export type OAuthClient = InstanceType<typeof auth.OAuth2>;
export type CalendarClient = calendar_v3.Calendar;

export function oauthClient(settings: GoogleSettings, timeoutMs: number): OAuthClient {
  const { clientId, clientSecret, redirectUri, oauthBaseUrl: base } = settings;
  const client = new auth.OAuth2({
    clientId,
    clientSecret,
    redirectUri,
    transporterOptions: request(timeoutMs),
    ...(base === undefined
      ? {}
      : {
          endpoints: {
            oauth2AuthBaseUrl: `${base}/o/oauth2/v2/auth`,
            oauth2TokenUrl: `${base}/token`,
            oauth2RevokeUrl: `${base}/revoke`,
          },
        }),
  });
  // It asks for retries by itself for tokens, over these options; a code or a refresh must not be sent twice.
  client.transporter.interceptors.request.add({
    resolved: async (options) => Object.assign(options, { retry: false, retryConfig: { retry: 0 } }),
  });
  return client;
}

export function calendarClient(
  settings: GoogleSettings,
  accessToken: string,
  timeoutMs: number,
): CalendarClient {
  const { apiBaseUrl } = settings;
  const client = oauthClient(settings, timeoutMs);
  client.setCredentials({ access_token: accessToken });
  return calendar({
    version: "v3",
    auth: client,
    ...request(timeoutMs),
    ...(apiBaseUrl === undefined ? {} : { rootUrl: `${apiBaseUrl}/` }),
  });
}
