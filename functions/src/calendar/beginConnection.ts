import { Timestamp } from "firebase-admin/firestore";
import { type Ctx, requireCaller, requireSetting } from "../core/ctx";
import { randomToken, sha256, sign } from "../core/ids";
import { countUse } from "../core/rateLimit";
import { authorizationUrl } from "../providers/googleOAuth";
import { googleSettings } from "../providers/googleSettings";
import { CONNECT_WINDOW, STATE_SECONDS } from "./limits";
import { calendarStates } from "./store";

/**
 * Where the caller consents to Google. The state in it is known here alone, belongs to the caller, and serves once
 * within ten minutes. 1 read, 2 writes.
 * @throws AppError not_configured, rate_limited
 */
export async function beginConnection(ctx: Ctx): Promise<{ authorization_url: string }> {
  const { uid, claims } = requireCaller(ctx);
  const settings = googleSettings(ctx.config);
  requireSetting(ctx.config.FRONTEND_URL, "FRONTEND_URL");
  const state = randomToken(32);
  const verifier = verifierOf(ctx, state);
  await countUse(ctx, { what: "calendar", by: uid, policy: CONNECT_WINDOW });
  const expiresAt = Timestamp.fromMillis(ctx.now().getTime() + STATE_SECONDS * 1_000);
  await calendarStates(ctx.db).doc(sha256(state)).set({ userId: uid, expiresAt });
  const loginHint = typeof claims.email === "string" ? claims.email : undefined;
  return { authorization_url: await authorizationUrl(settings, { state, verifier, loginHint }) };
}

/**
 * The PKCE verifier of a state: made of it and of our secret, so that it need not be stored. 43 characters.
 * https://www.rfc-editor.org/rfc/rfc7636#section-4.1
 */
export function verifierOf(ctx: Ctx, state: string): string {
  return sign(requireSetting(ctx.config.SECRET_KEY, "SECRET_KEY"), "calendar verifier", state);
}
