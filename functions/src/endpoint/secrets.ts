import { defineSecret } from "firebase-functions/params";

const NAMES = ["SECRET_KEY", "OPENAI_API_KEY", "OPENAI_API_KEYS"] as const;

/** Settings that are Firebase secrets: a function sees only those it is bound to. */
export type SecretName = (typeof NAMES)[number];

/** The secrets of these names as `firebase-functions` wants them; they arrive in `process.env`. */
export function bindSecrets(names: readonly SecretName[] = []) {
  return [...new Set(names)].map((name) => defineSecret(name));
}
