import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

const FORMAT = "v1";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What a text is sealed for: nobody can pass it off as another purpose's, or put it into another's document. */
export interface SealContext {
  /** `calendar refresh token` */
  purpose: string;
  /** Whose it is: a uid. */
  subject: string;
}

/** A text was sealed with a key that is not among those given, or was changed. */
export class NotOpened extends Error {
  override readonly name = "NotOpened";
}

/**
 * Encrypts a text by AES-256-GCM with a key made of `secret`.
 * @returns `v1.<key id>.<base64url>`; the key id tells which secret opens it, and nothing of the secret
 */
export function seal(secret: string, context: SealContext, text: string): string {
  const key = keyOf(secret, context);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(additional(context));
  const sealed = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return [FORMAT, keyId(key), sealed.toString("base64url")].join(".");
}

/**
 * The text that `seal` has sealed.
 * @param secrets the present one and those before it
 * @throws NotOpened
 */
export function open(secrets: readonly string[], context: SealContext, sealed: string): string {
  const [format, id, body = ""] = sealed.split(".");
  const key = secrets.map((secret) => keyOf(secret, context)).find((one) => keyId(one) === id);
  if (format !== FORMAT || !key) throw new NotOpened("It was sealed with a key that is not known.");
  const bytes = Buffer.from(body, "base64url");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES))
      .setAAD(additional(context))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    // What the cipher throws says nothing more.
    throw new NotOpened("It was changed, or sealed for somebody else.");
  }
}

function keyOf(secret: string, { purpose }: SealContext): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `sealed text: ${purpose}`, 32));
}

function keyId(key: Buffer): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 8);
}

function additional({ purpose, subject }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([purpose, subject]));
}
