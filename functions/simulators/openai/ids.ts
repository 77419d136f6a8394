import { randomBytes, randomUUID } from "node:crypto";

const BYTES = 16;

/** A fresh id in OpenAI's manner: the prefix, an underscore, 21 letters and digits. */
export function newId(prefix: "event" | "sess" | "conv" | "item" | "resp" | "call" | "ek" | "rtc"): string {
  // base64url's two marks are not part of OpenAI's alphabet.
  const random = randomBytes(BYTES).toString("base64url").replace(/[-_]/g, "x");
  return `${prefix}_${random.slice(0, 21)}`;
}

/** The id of a chat completion, which has a hyphen and 29 letters and digits. */
export function newCompletionId(): string {
  return `chatcmpl-${randomBytes(24).toString("base64url").replace(/[-_]/g, "x").slice(0, 29)}`;
}

/** The id of an HTTP request, in its `x-request-id` header. */
export function newRequestId(): string {
  return `req_${randomUUID().replaceAll("-", "")}`;
}
