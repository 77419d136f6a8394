import { Temporal } from "temporal-polyfill";
import { AppError } from "../core/errors";

/** A time of day without an offset; all else has to say which moment it is. */
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;

/**
 * The moment that a time means: with an offset or `Z` that very one, else the time of day in `timeZone`.
 * @param field its name, for the error
 * @throws AppError invalid_argument for what is no time; also for a time of day that clocks pass over, or pass twice
 */
export function momentOf(written: string, timeZone: string, field: string): Date {
  try {
    if (!LOCAL.test(written)) return new Date(Temporal.Instant.from(written).epochMilliseconds);
    const local = Temporal.PlainDateTime.from(written);
    return new Date(local.toZonedDateTime(timeZone, { disambiguation: "reject" }).epochMilliseconds);
  } catch {
    const problem =
      "must be a time such as 2026-12-01T14:00, which exists once on that day in the calendar's time zone";
    throw new AppError("invalid_argument", `${field}: ${problem}`, { details: { field } });
  }
}

/** A moment as it is at a place, with its offset: `2026-12-01T14:00:00-05:00`. */
export function localTime(moment: Date, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
  return zoned.toString({ timeZoneName: "never", smallestUnit: "second" });
}

/** When a day begins at a place: so many days after that of `moment`. */
export function startOfDay(moment: Date, timeZone: string, daysLater = 0): Date {
  const zoned = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone);
  return new Date(zoned.add({ days: daysLater }).startOfDay().epochMilliseconds);
}

/** When a date, `2026-12-01`, begins at a place. */
export function startOfDate(date: string, timeZone: string): Date {
  return new Date(Temporal.PlainDate.from(date).toZonedDateTime(timeZone).epochMilliseconds);
}

/** `14:00` on the day of `moment` at a place; where clocks pass over it, as much later. */
export function timeOfDay(moment: Date, timeZone: string, time: string): Date {
  const day = Temporal.Instant.fromEpochMilliseconds(moment.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  const zoned = day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) });
  return new Date(zoned.epochMilliseconds);
}
