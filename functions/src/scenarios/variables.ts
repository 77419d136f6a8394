import { AppError } from "../core/errors";

const PLACEHOLDER = /\{\{\s*([a-z][a-z0-9_]{0,49})\s*\}\}/g;

/** The names of the variables in a text, `{{customer_name}}`, each once, in their order. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name))];
}

/** What looks like a variable and is none: a template that was meant otherwise than it would be read. */
export function malformedVariable(text: string): string | undefined {
  return /\{\{[^{}]{0,60}\}\}/.exec(text.replace(PLACEHOLDER, ""))?.[0];
}

/**
 * Fills the variables of a text, once: a value that looks like a variable stays as it is.
 * @throws AppError invalid_argument for a variable without a value, for a value without a variable, and where the text
 * becomes too long
 */
export function fillVariables(
  text: string,
  values: Readonly<Record<string, string>>,
  maxCharacters = Number.POSITIVE_INFINITY,
): string {
  const names = variablesIn(text);
  const unknown = Object.keys(values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong(unknown.slice(0, 50), "this scenario has no such variable");
  const missing = names.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw wrong(missing, "this scenario needs a value for it");
  // Told from the lengths, before a text is made that may be many times as long.
  let length = text.length;
  for (const [placeholder, name = ""] of text.matchAll(PLACEHOLDER))
    length += (values[name]?.length ?? 0) - placeholder.length;
  if (length > maxCharacters) {
    const message = `variables: the scenario must not exceed ${maxCharacters} characters with their values`;
    throw new AppError("invalid_argument", message, { details: { field: "variables" } });
  }
  return text.replace(PLACEHOLDER, (_, name: string) => values[name] ?? "");
}

function wrong(name: string, what: string): AppError {
  const field = `variables.${name}`;
  return new AppError("invalid_argument", `${field}: ${what}`, { details: { field } });
}
