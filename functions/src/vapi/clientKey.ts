import { type Ctx, requireSetting } from "../core/ctx";
import { TOKEN_SECONDS } from "./limits";

/**
 * What an app starts a call with: the public key, or where the server is set up so a token for this assistant and our
 * own pages that is good for ten minutes. Never the private key.
 * @throws AppError not_configured
 */
export async function clientKey(
  ctx: Ctx,
  { apiKey, assistantId }: { apiKey: string; assistantId: string },
): Promise<string> {
  const { config } = ctx;
  if (!config.VAPI_USE_PUBLIC_JWT) return requireSetting(config.VAPI_PUBLIC_API_KEY, "VAPI_PUBLIC_API_KEY");
  const orgId = requireSetting(config.VAPI_ORG_ID, "VAPI_ORG_ID");
  const { ALLOWED_ORIGINS: allowed } = config;
  // A token that names no page is good on every page: that must be asked for.
  requireSetting(allowed[0], "ALLOWED_ORIGINS");
  const origins = allowed.includes("*") ? [] : allowed;
  const { publicToken } = await import("../providers/vapiTokens.js");
  const terms = { orgId, assistantId, origins, issuedAt: ctx.now(), lifetimeSeconds: TOKEN_SECONDS };
  return publicToken(apiKey, terms);
}
