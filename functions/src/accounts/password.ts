import { codePoints } from "../core/codePoints";
import { MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS } from "./limits";

/** What is tried first, of eight characters and more: from the usual lists of leaked passwords. */
const COMMON = new Set([
  "12345678",
  "123456789",
  "1234567890",
  "0123456789",
  "87654321",
  "987654321",
  "11223344",
  "abcd1234",
  "1q2w3e4r",
  "1q2w3e4r5t",
  "1qaz2wsx",
  "qwertyui",
  "qwertyuiop",
  "qwerty123",
  "asdfghjkl",
  "password",
  "password1",
  "password12",
  "password123",
  "passw0rd",
  "p@ssw0rd",
  "iloveyou",
  "sunshine",
  "princess",
  "football",
  "baseball",
  "superman",
  "trustno1",
  "letmein1",
  "welcome1",
  "changeme",
  "administrator",
]);

/**
 * What is wrong with a password, or undefined. Length counts, and that it cannot be guessed at once; no rule on its
 * kinds of characters. https://pages.nist.gov/800-63-4/sp800-63b.html#password
 */
export function passwordProblem(password: string, email: string): string | undefined {
  const length = codePoints(password);
  if (length < MIN_PASSWORD_CHARACTERS) return `must have at least ${MIN_PASSWORD_CHARACTERS} characters`;
  if (length > MAX_PASSWORD_CHARACTERS) return `must have at most ${MAX_PASSWORD_CHARACTERS} characters`;
  const lower = password.toLowerCase();
  if (COMMON.has(lower) || new Set(lower).size < 4) return "is too easy to guess";
  if (lower === email || lower === email.split("@")[0]) return "must not be your e-mail address";
  return undefined;
}
