import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";

/** A fresh UUID v4. */
export function newId(): string {
  return randomUUID();
}

/** An unguessable URL-safe string of `bytes` random bytes. */
export function randomToken(bytes = 24): string {
  return randomBytes(bytes).toString("base64url");
}

/** SHA-256 in hex: how a bearer secret is stored, so that a leaked database gives none away. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** HMAC-SHA256 in base64url. `purpose` keeps a signature made for one use from serving another. */
export function sign(secret: string, purpose: string, text: string): string {
  return createHmac("sha256", secret).update(`${purpose}\n${text}`).digest("base64url");
}

/** Whether `signature` is what `sign` gives, compared in constant time. */
export function verifySignature(secret: string, purpose: string, text: string, signature: string): boolean {
  const expected = Buffer.from(sign(secret, purpose, text));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
