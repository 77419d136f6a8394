import { defineSecret } from "firebase-functions/params";

const NAMES = [
  "SECRET_KEY",
  "OPENAI_API_KEY",
  "OPENAI_API_KEYS",
  "TWILIO_AUTH_TOKEN",
  "GOOGLE_CLIENT_SECRET",
  "PREVIOUS_SECRET_KEY",
  "VAPI_API_KEY",
  "VAPI_WEBHOOK_SECRET",
] as const;

/** Settings that are Firebase secrets: a function sees only those it is bound to. */
export type SecretName = (typeof NAMES)[number];

/**
 * Those that this project has: a function can be bound only to a secret that exists, and a project has one key of OpenAI's
 * or a pool, and a phone or none. `deploy` tells by `STORED_SECRETS` which there are.
 */
function stored(...names: SecretName[]): readonly SecretName[] {
  const there = (process.env.STORED_SECRETS ?? "OPENAI_API_KEY").split(",");
  return names.filter((name) => there.includes(name));
}

/** The secrets that hold OpenAI's keys. */
export const OPENAI_SECRETS = stored("OPENAI_API_KEY", "OPENAI_API_KEYS");
/** The secret that Twilio's API is asked with and its signatures are checked with. */
export const TWILIO_SECRETS = stored("TWILIO_AUTH_TOKEN");

/** The secret that Google knows this app by, and the one that older tokens are sealed with. */
export const GOOGLE_SECRETS = stored("GOOGLE_CLIENT_SECRET", "PREVIOUS_SECRET_KEY");

/** The secret that Vapi's API is asked with, and the one that Vapi sends with its messages. */
export const VAPI_SECRETS = stored("VAPI_API_KEY");
export const VAPI_WEBHOOK_SECRETS = stored("VAPI_WEBHOOK_SECRET");

/** The secrets of these names as `firebase-functions` wants them; they arrive in `process.env`. */
export function bindSecrets(names: readonly SecretName[] = []) {
  return [...new Set(names)].map((name) => defineSecret(name));
}
