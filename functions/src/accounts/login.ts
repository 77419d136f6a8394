import { setTimeout as delay } from "node:timers/promises";
import { type Ctx, requireSetting } from "../core/ctx";
import { authenticate } from "../core/idToken";
import {
  type Tokens as FirebaseTokens,
  refreshTokens,
  signInWithPassword,
} from "../providers/identityToolkit";
import { countAuthTry } from "./authLimits";
import { MIN_REFUSAL_MS } from "./limits";
import type { LoginInput, LoginOutput, RefreshInput, Tokens } from "./schemas";
import { getUser } from "./users";

/**
 * Signs in with a password; the tokens are Firebase's own. A wrong password, an unknown address and a disabled user
 * answer alike, in time too.
 * @throws AppError unauthenticated, rate_limited, not_configured, provider_unavailable
 */
export async function login(ctx: Ctx, { email, password }: LoginInput): Promise<LoginOutput> {
  const key = requireSetting(ctx.config.WEB_API_KEY, "WEB_API_KEY");
  await countAuthTry(ctx, email);
  const refusedAt = delay(MIN_REFUSAL_MS);
  try {
    const tokens = await signInWithPassword(key, { email, password }, "Wrong e-mail address or password.");
    const { uid } = await authenticate(tokens.idToken, false);
    return { ...shown(tokens), user: await getUser(uid) };
  } catch (error) {
    await refusedAt;
    throw error;
  }
}

/** New tokens for a refresh token. @throws AppError unauthenticated, rate_limited, not_configured, provider_unavailable */
export async function refresh(ctx: Ctx, { refresh_token }: RefreshInput): Promise<Tokens> {
  const key = requireSetting(ctx.config.WEB_API_KEY, "WEB_API_KEY");
  await countAuthTry(ctx, `token ${refresh_token}`);
  const refused = "This refresh token is not valid any more: sign in again.";
  return shown(await refreshTokens(key, refresh_token, refused));
}

function shown({ idToken, refreshToken, expiresIn }: FirebaseTokens): Tokens {
  return {
    access_token: idToken,
    refresh_token: refreshToken,
    token_type: "bearer",
    expires_in: expiresIn,
  };
}
