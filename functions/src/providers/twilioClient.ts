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

const clients = new WeakMap<Config, Promise<Twilio>>();

/** What Twilio is asked with. @throws AppError not_configured naming the setting that is missing */
export function twilioSettings(config: Config) {
  return {
    accountSid: requireSetting(config.TWILIO_ACCOUNT_SID, "TWILIO_ACCOUNT_SID"),
    authToken: requireSetting(config.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN"),
  };
}

/** What calls are made with. @throws AppError not_configured naming the setting that is missing */
export function phoneSettings(config: Config) {
  return {
    ...twilioSettings(config),
    phoneNumber: requireSetting(config.TWILIO_PHONE_NUMBER, "TWILIO_PHONE_NUMBER"),
  };
}

/** Loaded at first use: whatever only reads calls does not pay for the SDK. @throws AppError not_configured */
export async function twilioAccount(config: Config): Promise<TwilioAccount> {
  const { phoneNumber } = phoneSettings(config);
  return { client: await twilioClient(config), phoneNumber };
}

/** Likewise, for what needs no phone number. @throws AppError not_configured */
export async function twilioClient(config: Config): Promise<Twilio> {
  const settings = twilioSettings(config);
  const known = clients.get(config);
  if (known) return known;
  const where = { baseUrl: config.TWILIO_API_BASE_URL, timeoutMs: TIMEOUT_MS };
  const made = import("./twilioSdk.js").then(({ makeClient }) => makeClient(settings, where));
  clients.set(config, made);
  return made;
}
