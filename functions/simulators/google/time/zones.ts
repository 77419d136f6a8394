import { DAY_MS } from "./civil.js";

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether this is the name of a time zone in the IANA database. */
export function isTimeZone(name: string): boolean {
  // Intl takes offsets too, which are no names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(epochMs: number, zone: string): number {
  const offset = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(formatterOf(zone).format(epochMs));
  const [, sign, hours = 0, minutes = 0, seconds = 0] = offset ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}

/** What a zone's clocks show at an instant, as the milliseconds at which UTC's show the same. */
export function localOf(epochMs: number, zone: string): number {
  return epochMs + offsetAt(epochMs, zone);
}

/**
 * When a zone's clocks show this. Of a time that they show twice it is the first, and one that they skip is read by
 * the offset from before: https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5
 */
export function epochOf(localMs: number, zone: string): number {
  const before = localMs - offsetAt(localMs - DAY_MS, zone);
  if (localOf(before, zone) === localMs) return before;
  const after = localMs - offsetAt(localMs + DAY_MS, zone);
  return localOf(after, zone) === localMs ? after : before;
}

/** `2026-03-29T09:00:00+02:00`, to the second; `Z` in place of `+00:00`. */
export function formatInZone(epochMs: number, zone: string): string {
  const offsetMinutes = Math.round(offsetAt(epochMs, zone) / 60_000);
  const local = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${local}Z`;
  const minutes = Math.abs(offsetMinutes);
  return `${local}${offsetMinutes < 0 ? "-" : "+"}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formatters.set(zone, made);
  return made;
}
