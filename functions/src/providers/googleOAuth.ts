import { createHash } from "node:crypto";
import { describeFailure, googleFailure, unavailable } from "./googleFailure";
import type { OAuthClient } from "./googleSdk";
import type { GoogleSettings } from "./googleSettings";

const TIMEOUT_MS = 10_000;

/** The narrowest that lets events be read, made, moved and cancelled: those of calendars that the user owns. */
export const CALENDAR_SCOPE = "https://www.googleapis.com/auth/calendar.events.owned";

/** What Google gave for a while. */
export interface AccessToken {
  accessToken: string;
  /** From now on. */
  lifetimeMs: number;
}

/** What a user has granted. */
export interface Grant extends AccessToken {
  /** Absent where Google gave none: it does so once, and where consent is asked for. */
  refreshToken?: string;
  scopes: string[];
}

/**
 * Where a user consents. PKCE (RFC 7636) and a state bind the answer to this question.
 * @param loginHint an e-mail address, for the right account to be offered first
 */
export async function authorizationUrl(
  settings: GoogleSettings,
  { state, verifier, loginHint }: { state: string; verifier: string; loginHint?: string },
): Promise<string> {
  const client = await makeClient(settings);
  return client.generateAuthUrl({
    access_type: "offline",
    // Without it Google gives a refresh token only the first time.
    prompt: "consent",
    scope: [CALENDAR_SCOPE],
    state,
    code_challenge_method: "S256" as never,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  });
}

/** What a user's consent gives. 1 request. @throws GrantRevoked for a code that is not valid, AppError provider_… */
export async function exchangeCode(
  settings: GoogleSettings,
  { code, verifier }: { code: string; verifier: string },
): Promise<Grant> {
  const client = await makeClient(settings);
  try {
    const { tokens } = await client.getToken({ code, codeVerifier: verifier });
    return {
      ...accessTokenOf(tokens),
      ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
      scopes: (tokens.scope ?? "").split(" "),
    };
  } catch (error) {
    throw describeFailure(error);
  }
}

/** A new access token. 1 request. @throws GrantRevoked, AppError provider_… */
export async function refreshAccess(settings: GoogleSettings, refreshToken: string): Promise<AccessToken> {
  const client = await makeClient(settings);
  client.setCredentials({ refresh_token: refreshToken });
  try {
    await client.getAccessToken();
    return accessTokenOf(client.credentials);
  } catch (error) {
    throw describeFailure(error);
  }
}

/** Gives back what a user has granted; what is withdrawn already stays so. 1 request. @throws AppError provider_… */
export async function revokeGrant(settings: GoogleSettings, token: string): Promise<void> {
  const client = await makeClient(settings);
  try {
    await client.revokeToken(token);
  } catch (error) {
    // 400: it was withdrawn before, or has expired.
    if (googleFailure(error)?.status !== 400) throw describeFailure(error);
  }
}

async function makeClient(settings: GoogleSettings): Promise<OAuthClient> {
  const { oauthClient } = await import("./googleSdk.js");
  return oauthClient(settings, TIMEOUT_MS);
}

function accessTokenOf(tokens: { access_token?: string | null; expiry_date?: number | null }): AccessToken {
  if (!tokens.access_token) throw unavailable(new Error("Google gave no access token"));
  // The SDK has made a date of it, by the machine's clock.
  const lifetimeMs = Math.max(0, (tokens.expiry_date ?? 0) - Date.now());
  return { accessToken: tokens.access_token, lifetimeMs };
}
