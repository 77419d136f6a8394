import { timingSafeEqual } from "node:crypto";
import { type Ctx, requireSetting } from "../core/ctx";
import { AppError } from "../core/errors";
import { sha256 } from "../core/ids";

/**
 * Lets through what carries the secret that Vapi was given, as `X-Vapi-Secret` or as a bearer token; without one to
 * compare with, nothing gets through. https://docs.vapi.ai/server-url/server-authentication
 * @throws AppError permission_denied, not_configured
 */
export function provenByVapi(
  { config }: Ctx,
  { header }: { header(name: string): string | undefined },
): void {
  const secret = requireSetting(config.VAPI_WEBHOOK_SECRET, "VAPI_WEBHOOK_SECRET");
  const bearer = /^Bearer +(.+)$/i.exec(header("Authorization") ?? "")?.[1];
  const given = header("X-Vapi-Secret") ?? bearer ?? "";
  // Hashes are of one length, and tell nothing by the time that comparing them takes.
  if (timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(secret)))) return;
  throw new AppError("permission_denied", "Only Vapi may call this, with the secret that it was given.");
}
