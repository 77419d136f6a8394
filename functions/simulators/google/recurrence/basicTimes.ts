import { parseDateTime } from "../time/rfc3339.js";
import { epochOf, isTimeZone, localOf } from "../time/zones.js";
import { InvalidRecurrence } from "./invalidRecurrence.js";

const BASIC = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/;

/**
 * Reads `20260329`, `20260329T090000` or `20260329T070000Z` as the local time of a series.
 * @param zone the series'; undefined for all-day events
 * @param writtenIn the zone that it is written in, where it is another
 * @throws InvalidRecurrence
 */
export function localOfBasic(text: string, zone: string | undefined, writtenIn = zone): number {
  const [whole, year, month, day, hour = "00", minute = "00", second = "00", utc] = BASIC.exec(text) ?? [];
  const written = whole && parseDateTime(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  if (!written || (writtenIn && !isTimeZone(writtenIn))) throw new InvalidRecurrence(text);
  if (!zone) return written.localMs;
  if (utc) return localOf(written.localMs, zone);
  return writtenIn === zone ? written.localMs : localOf(epochOf(written.localMs, writtenIn ?? zone), zone);
}

/** `20260329T070000Z` */
export function basicInstant(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}
