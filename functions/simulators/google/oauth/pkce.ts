import { createHash } from "node:crypto";
import type { CodeDetails } from "./grants.js";

/** 43 to 128 of the characters that need no escaping: https://www.rfc-editor.org/rfc/rfc7636#section-4.1 */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

export function isChallenge(text: string): boolean {
  return VERIFIER.test(text);
}

/** Whether who brings the verifier is who sent the challenge. */
export function isAnswered(challenge: NonNullable<CodeDetails["challenge"]>, verifier: string): boolean {
  if (!VERIFIER.test(verifier)) return false;
  const { method, value } = challenge;
  return (
    value === (method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url"))
  );
}
