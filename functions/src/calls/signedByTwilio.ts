import { type Ctx, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { isSignedByTwilio } from "../providers/twilioSignature";

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
  throw new AppError("permission_denied", "Only Twilio may call this, and signs what it sends.");
}
