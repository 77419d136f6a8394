import { parsePhoneNumberFromString } from "libphonenumber-js/max";

/**
 * The time zones in which a number may lie, by its country and area, IANA names; none where nothing is known of it. A
 * mobile phone may be elsewhere. From the metadata of Google's libphonenumber.
 */
export async function numberZones(e164: string): Promise<string[]> {
  const number = parsePhoneNumberFromString(e164);
  if (!number) return [];
  // A file of half a megabyte, read where a call is placed and nowhere else.
  const { timezones } = await import("libphonenumber-geo-carrier");
  return (await timezones(number)) ?? [];
}
