import { z } from "zod";
import { AppError } from "../core/errors";

// Firebase Auth's own REST API: https://firebase.google.com/docs/reference/rest/auth
const TIMEOUT_MS = 10_000;

const tokens = z.object({ idToken: z.string(), refreshToken: z.string(), expiresIn: z.coerce.number() });
/** Firebase's tokens of a user who has signed in; `expiresIn` is the ID token's life in seconds. */
export type Tokens = z.output<typeof tokens>;

const refusal = z.object({ error: z.object({ message: z.string() }) });
/** What is wrong with the input: https://firebase.google.com/docs/reference/rest/auth#section-sign-in-email-password */
const REFUSALS =
  /^(INVALID_LOGIN_CREDENTIALS|EMAIL_NOT_FOUND|INVALID_PASSWORD|INVALID_EMAIL|USER_DISABLED|USER_NOT_FOUND|TOKEN_EXPIRED|INVALID_REFRESH_TOKEN|INVALID_GRANT_TYPE|MISSING_REFRESH_TOKEN)\b/;

/**
 * Signs in with a password.
 * @param key the project's web API key
 * @throws AppError unauthenticated where address or password are wrong, with `refused`; rate_limited where Firebase has
 * blocked further tries; provider_unavailable
 */
export async function signInWithPassword(
  key: string,
  credentials: { email: string; password: string },
  refused: string,
): Promise<Tokens> {
  const url = `${origin("identitytoolkit.googleapis.com")}/v1/accounts:signInWithPassword`;
  const body = JSON.stringify({ ...credentials, returnSecureToken: true });
  return tokens.parse(await post(url, { key, body, type: "application/json", refused }));
}

/**
 * New tokens for a refresh token.
 * @throws AppError unauthenticated where it is not valid any more, with `refused`; provider_unavailable
 */
export async function refreshTokens(key: string, refreshToken: string, refused: string): Promise<Tokens> {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }).toString();
  const type = "application/x-www-form-urlencoded";
  const answer = await post(`${origin("securetoken.googleapis.com")}/v1/token`, { key, body, type, refused });
  return z
    .object({ id_token: z.string(), refresh_token: z.string(), expires_in: z.coerce.number() })
    .transform((one) => ({
      idToken: one.id_token,
      refreshToken: one.refresh_token,
      expiresIn: one.expires_in,
    }))
    .parse(answer);
}

/** The API's address: the emulator's where the Admin SDK uses it too. */
function origin(host: string): string {
  const emulator = process.env.FIREBASE_AUTH_EMULATOR_HOST;
  return emulator ? `http://${emulator}/${host}` : `https://${host}`;
}

interface Request {
  key: string;
  body: string;
  type: string;
  refused: string;
}

async function post(url: string, { key, body, type, refused }: Request): Promise<unknown> {
  let status: number;
  let answer: unknown;
  try {
    const response = await fetch(`${url}?key=${encodeURIComponent(key)}`, {
      method: "POST",
      headers: { "Content-Type": type },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    status = response.status;
    answer = await response.json();
  } catch {
    // What fetch throws may name the address, and with it the key.
    throw unavailable("it did not answer");
  }
  if (status === 200) return answer;
  const reason = refusal.safeParse(answer).data?.error.message ?? "";
  if (REFUSALS.test(reason)) throw new AppError("unauthenticated", refused);
  if (reason.startsWith("TOO_MANY_ATTEMPTS")) {
    const message = "Too many failed tries: wait a few minutes.";
    throw new AppError("rate_limited", message, { details: { retryAfterSeconds: 300 } });
  }
  throw unavailable(`it answered ${status} ${reason.slice(0, 60)}`);
}

function unavailable(why: string): AppError {
  return new AppError("provider_unavailable", "Signing in does not work right now: try again.", {
    cause: new Error(`Firebase Auth: ${why}`),
  });
}
