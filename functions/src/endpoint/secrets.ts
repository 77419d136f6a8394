import { defineSecret } from "firebase-functions/params";

const NAMES = ["SECRET_KEY", "OPENAI_API_KEY", "OPENAI_API_KEYS"] as const;

/** Settings that are Firebase secrets: a function sees only those it is bound to. */
export type SecretName = (typeof NAMES)[number];

/**
 * The secrets that hold OpenAI's keys. A function can be bound only to a secret that exists, and a project has one key
 * or a pool: `deploy` tells by `OPENAI_SECRETS` which there are.
 */
export const OPENAI_SECRETS: readonly SecretName[] = NAMES.filter((name) =>
  (process.env.OPENAI_SECRETS ?? "OPENAI_API_KEY").split(",").includes(name),
);

/** The secrets of these names as `firebase-functions` wants them; they arrive in `process.env`. */
export function bindSecrets(names: readonly SecretName[] = []) {
  return [...new Set(names)].map((name) => defineSecret(name));
}
