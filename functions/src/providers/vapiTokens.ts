// Import this file where a token is made: whoever gives out the public key as it is does not pay for the library.
import { sign } from "jsonwebtoken";

/** What a public token of Vapi's is good for. */
export interface PublicTokenTerms {
  orgId: string;
  assistantId: string;
  /** The browsers' pages that may use it; all where there are none. */
  origins: readonly string[];
  issuedAt: Date;
  lifetimeSeconds: number;
}

/**
 * A token that stands in for the public key: for a while, for one assistant, from some pages.
 * @param privateKey signs it, and is not in it
 * https://docs.vapi.ai/customization/jwt-authentication
 */
export function publicToken(privateKey: string, terms: PublicTokenTerms): string {
  const iat = Math.floor(terms.issuedAt.getTime() / 1_000);
  const restrictions = {
    enabled: true,
    ...(terms.origins.length > 0 ? { allowedOrigins: terms.origins } : {}),
    allowedAssistantIds: [terms.assistantId],
    allowTransientAssistant: false,
  };
  const payload = { orgId: terms.orgId, token: { tag: "public", restrictions }, iat };
  return sign(payload, privateKey, { algorithm: "HS256", expiresIn: terms.lifetimeSeconds });
}
