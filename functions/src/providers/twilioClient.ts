import type { Twilio } from "twilio";
import type { Config } from "../core/config";
import { requireSetting } from "../core/ctx";

/** How long Twilio may take to answer. */
const TIMEOUT_MS = 10_000;

/** The account that calls are made with. */
export interface TwilioAccount {
  client: Twilio;
  /** Its own number, E.164. */
  phoneNumber: string;
}

const accounts = new WeakMap<Config, Promise<TwilioAccount>>();

/** What calls are made with. @throws AppError not_configured naming the setting that is missing */
export function phoneSettings(config: Config) {
  return {
    accountSid: requireSetting(config.TWILIO_ACCOUNT_SID, "TWILIO_ACCOUNT_SID"),
    authToken: requireSetting(config.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN"),
    phoneNumber: requireSetting(config.TWILIO_PHONE_NUMBER, "TWILIO_PHONE_NUMBER"),
  };
}

/** Loaded at first use: whatever only reads calls does not pay for the SDK. @throws AppError not_configured */
export async function twilioAccount(config: Config): Promise<TwilioAccount> {
  const settings = phoneSettings(config);
  const known = accounts.get(config);
  if (known) return known;
  const where = { baseUrl: config.TWILIO_API_BASE_URL, timeoutMs: TIMEOUT_MS };
  const made = import("./twilioSdk.js").then(({ makeClient }) => ({
    client: makeClient(settings, where),
    phoneNumber: settings.phoneNumber,
  }));
  accounts.set(config, made);
  return made;
}
