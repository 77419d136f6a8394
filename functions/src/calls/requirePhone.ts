import type { Config } from "../core/config";
import { requireSetting } from "../core/ctx";
import { phoneSettings } from "../providers/twilioClient";

/** The number that calls are made from. @throws AppError not_configured naming what placing a call lacks */
export function requirePhone(config: Config): string {
  requireSetting(config.RELAY_URL, "RELAY_URL");
  requireSetting(config.PUBLIC_URL, "PUBLIC_URL");
  return phoneSettings(config).phoneNumber;
}
