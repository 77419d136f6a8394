/** Hours of a day in which people may be called, as minutes since midnight; `from` ≤ time < `until`. */
export interface CallHours {
  from: number;
  until: number;
}

/** How it stands with the hour at the place that is called. */
export type HoursVerdict =
  | { allowed: true }
  | { allowed: false; reason: "unknown_zone" }
  /** The zone that forbids it, and what time it is there, `HH:MM`. */
  | { allowed: false; reason: "outside_hours"; zone: string; localTime: string };

/**
 * Whether people may be called now: where a number may lie in several zones, in all of them. A place of which nothing is
 * known is not called.
 * @param zones IANA names; one that is not known forbids the call
 */
export function allowedAt(now: Date, zones: readonly string[], hours: CallHours): HoursVerdict {
  if (zones.length === 0) return { allowed: false, reason: "unknown_zone" };
  for (const zone of zones) {
    const minutes = minutesOfDay(now, zone);
    if (minutes === undefined) return { allowed: false, reason: "unknown_zone" };
    if (minutes >= hours.from && minutes < hours.until) continue;
    return { allowed: false, reason: "outside_hours", zone, localTime: clock(minutes) };
  }
  return { allowed: true };
}

/** undefined where there is no such zone. */
function minutesOfDay(now: Date, timeZone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    const [hour = Number.NaN, minute = Number.NaN] = format.format(now).split(":").map(Number);
    return hour * 60 + minute;
  } catch {
    return undefined;
  }
}

/** Minutes since midnight as `HH:MM`. */
export function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
