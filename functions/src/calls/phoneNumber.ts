import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";
import type { Config } from "../core/config";
import { AppError } from "../core/errors";

/** Kinds of numbers that cost whoever calls them, or are nobody's phone. Where the kind is not known, none is barred. */
const BARRED_TYPES: ReadonlySet<string> = new Set([
  "PREMIUM_RATE",
  "SHARED_COST",
  "PERSONAL_NUMBER",
  "PAGER",
  "UAN",
  "VOICEMAIL",
]);
/**
 * Country codes of no country: satellite networks and international services, +870, +878, +881, +882, +883, +888, +979,
 * and the free and shared ones, +800 and +808. https://www.itu.int/pub/T-SP-E.164D
 */
const NO_COUNTRY = /^\+(8(00|08|70|78|81|82|83|88)|979)/;
/** Satellite phones with numbers of a country: Australia, Canada, Russia. */
const NATIONAL_SATELLITE = /^\+(6114[57]|1600|7954)/;

/**
 * The number to call, in E.164: written internationally, or as within the country of our own number.
 * @throws AppError invalid_argument where it is none, is barred, or lies in a country that is not allowed
 */
export function callableNumber(written: string, own: string, config: Pick<Config, "CALL_COUNTRIES">): string {
  const home = parsePhoneNumberFromString(own)?.country;
  const number = parse(written, home);
  const isSatellite = NO_COUNTRY.test(number.number) || NATIONAL_SATELLITE.test(number.number);
  if (isSatellite || BARRED_TYPES.has(number.getType() ?? "")) {
    throw refusal("premium-rate, personal, satellite and service numbers cannot be called");
  }
  if (number.number === own) throw refusal("is the number that calls are made from");
  const allowed = config.CALL_COUNTRIES.length > 0 ? config.CALL_COUNTRIES : [home ?? "US"];
  const unknown = allowed.find((code) => !isSupportedCountry(code));
  if (unknown) throw new AppError("not_configured", `CALL_COUNTRIES: ${unknown} is no country with numbers.`);
  const { country } = number;
  if (!country || !allowed.includes(country)) {
    throw refusal(`calls are allowed to ${allowed.join(", ")} alone`);
  }
  return number.number;
}

/** Any valid number, in E.164, whether it may be called or not. @throws AppError invalid_argument */
export function anyNumber(
  written: string,
  { TWILIO_PHONE_NUMBER: own }: Pick<Config, "TWILIO_PHONE_NUMBER">,
): string {
  return parse(written, own === undefined ? undefined : parsePhoneNumberFromString(own)?.country).number;
}

/** @throws AppError for what is no whole and valid number: short and emergency numbers are none */
function parse(written: string, home: CountryCode | undefined): PhoneNumber {
  const number = parsePhoneNumberFromString(written, { defaultCountry: home, extract: false });
  if (!number?.isValid() || number.ext !== undefined) {
    throw refusal(
      "must be a valid number such as +14155550123; short and emergency numbers cannot be called",
    );
  }
  return number;
}

function refusal(problem: string): AppError {
  return new AppError("invalid_argument", `phone_number: ${problem}`, { details: { field: "phone_number" } });
}
