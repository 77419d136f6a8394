import type { Config } from "../core/config";
import { requireSetting } from "../core/ctx";

/** How Google knows this app, and where it is reached. */
export interface GoogleSettings {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** Google's own where left out. */
  oauthBaseUrl?: string;
  apiBaseUrl?: string;
}

/** @throws AppError not_configured naming the setting that is missing */
export function googleSettings(config: Config): GoogleSettings {
  return {
    clientId: requireSetting(config.GOOGLE_CLIENT_ID, "GOOGLE_CLIENT_ID"),
    clientSecret: requireSetting(config.GOOGLE_CLIENT_SECRET, "GOOGLE_CLIENT_SECRET"),
    redirectUri: requireSetting(config.GOOGLE_REDIRECT_URI, "GOOGLE_REDIRECT_URI"),
    oauthBaseUrl: config.GOOGLE_OAUTH_BASE_URL,
    apiBaseUrl: config.GOOGLE_API_BASE_URL,
  };
}
