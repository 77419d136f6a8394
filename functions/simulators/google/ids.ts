import { createHash, randomBytes } from "node:crypto";

/** A secret in Google's manner: what it begins with tells its kind. */
export function newSecret(kind: "code" | "access" | "refresh"): string {
  const prefix = { code: "4/0A", access: "ya29.a0", refresh: "1//0" }[kind];
  return prefix + randomBytes(kind === "access" ? 96 : 48).toString("base64url");
}

/** The id of an event that came without one: 26 letters and digits of base32hex. */
export function newEventId(): string {
  return [...randomBytes(26)].map((byte) => (byte % 32).toString(32)).join("");
}

/** The 21 digits by which Google knows an account: always the same for one address. */
export function subjectOf(email: string): string {
  const hash = createHash("sha256").update(email).digest("hex").slice(0, 20);
  return `1${BigInt(`0x${hash}`).toString().padStart(20, "0").slice(-20)}`;
}
