import type { Config } from "../core/config";
import { AppError } from "../core/errors";

/** Families that end on 2027-01-14 or have ended; apps in the field still name them. */
const OLD = /^(gpt-3\.5|gpt-4)/;

/**
 * The model to ask for the one that a client names.
 * @throws AppError invalid_argument listing those that are allowed
 */
export function modelFor(named: string | undefined, config: Config): string {
  const { OPENAI_CHAT_MODEL: standard, OPENAI_CHAT_MODELS: others } = config;
  if (named === undefined || named === standard) return standard;
  if (others.includes(named)) return named;
  if (OLD.test(named)) return standard;
  const allowed = [...new Set([standard, ...others])].join(", ");
  throw new AppError("invalid_argument", `model: must be one of ${allowed}`, { details: { field: "model" } });
}
