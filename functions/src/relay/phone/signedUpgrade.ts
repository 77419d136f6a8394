import type { IncomingMessage } from "node:http";
import type { Config } from "../../core/config";
import { isSignedByTwilio } from "../../providers/twilioSignature";

/**
 * Whether an upgrade is Twilio's: signed for the relay's address as it is configured, which a client has no say in.
 * Without that address, or the token to check with, nothing is.
 */
export function isSignedUpgrade(
  request: IncomingMessage,
  { TWILIO_AUTH_TOKEN, RELAY_URL }: Pick<Config, "TWILIO_AUTH_TOKEN" | "RELAY_URL">,
): boolean {
  const signature = request.headers["x-twilio-signature"];
  const path = request.url ?? "";
  if (!TWILIO_AUTH_TOKEN || !RELAY_URL || typeof signature !== "string" || path.includes("?")) return false;
  const origin = RELAY_URL.replace(/^http/, "ws");
  return isSignedByTwilio(TWILIO_AUTH_TOKEN, signature, { url: origin + path });
}
