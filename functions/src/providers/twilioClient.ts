import { Twilio } from "twilio";
import type { Config } from "../core/config";
import { requireSetting } from "../core/ctx";
import { RedirectedClient } from "./twilioRequests";

/** How long Twilio may take to answer. */
const TIMEOUT_MS = 10_000;

/** The account that calls are made with. */
export interface TwilioAccount {
  client: Twilio;
  /** Its own number, E.164. */
  phoneNumber: string;
}

const accounts = new WeakMap<Config, TwilioAccount>();

/** @throws AppError not_configured naming the setting that is missing */
export function twilioAccount(config: Config): TwilioAccount {
  const known = accounts.get(config);
  if (known) return known;
  const accountSid = requireSetting(config.TWILIO_ACCOUNT_SID, "TWILIO_ACCOUNT_SID");
  const authToken = requireSetting(config.TWILIO_AUTH_TOKEN, "TWILIO_AUTH_TOKEN");
  const phoneNumber = requireSetting(config.TWILIO_PHONE_NUMBER, "TWILIO_PHONE_NUMBER");
  const httpClient = new RedirectedClient(config.TWILIO_API_BASE_URL, TIMEOUT_MS);
  const made = { client: new Twilio(accountSid, authToken, { httpClient }), phoneNumber };
  accounts.set(config, made);
  return made;
}
