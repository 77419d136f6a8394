import { type Ctx, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { sha256 } from "../core/ids";
import { isSignedByTwilio } from "../providers/twilioSignature";

/**
 * The same for JSON, whose hash is part of the address that is signed.
 * https://www.twilio.com/docs/usage/webhooks/webhooks-security#validate-requests-with-a-json-body
 * @throws AppError permission_denied, not_configured
 */
export function jsonProvenByTwilio(
  ctx: Ctx,
  { path, body, header }: { path: string; body: Buffer; header(name: string): string | undefined },
): void {
  const given = new URL(path, "http://localhost").searchParams.get("bodySHA256");
  if (given?.toLowerCase() !== sha256(body.toString("utf8"))) throw notTwilio();
  provenByTwilio(ctx, { path, fields: {}, header });
}

/**
 * Lets through what Twilio has signed. The signature covers the address as Twilio knows it, which is ours by
 * configuration and never what a request says of itself, and every field. Without a token to check it with, nothing gets
 * through. https://www.twilio.com/docs/usage/security#validating-requests
 * @throws AppError permission_denied, not_configured
 */
export function provenByTwilio(
  { config }: Ctx,
  form: { path: string; fields: Record<string, string | string[]>; header(name: string): string | undefined },
): void {
  const authToken = requireSetting(config.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN");
  const url = requireSetting(config.PUBLIC_URL, "PUBLIC_URL") + form.path;
  if (isSignedByTwilio(authToken, form.header("X-Twilio-Signature"), { url, fields: form.fields })) return;
  throw notTwilio();
}

function notTwilio(): AppError {
  return new AppError("permission_denied", "Only Twilio may call this, and signs what it sends.");
}
