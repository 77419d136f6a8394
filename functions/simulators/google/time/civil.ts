/** A date without a time zone: days since 1970-01-01. */
export type Day = number;

export const DAY_MS = 86_400_000;

export interface CivilDate {
  year: number;
  /** From 1. */
  month: number;
  day: number;
}

/** Months and days past the end run over into the next. */
export function dayOf(year: number, month: number, day: number): Day {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

export function civilOf(day: Day): CivilDate {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** From 0, which is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(day * DAY_MS).getUTCDay();
}

export function daysInMonth(year: number, month: number): number {
  return civilOf(dayOf(year, month + 1, 0)).day;
}

/** The day that `2026-03-29` names; undefined when it names none. */
export function parseDate(text: string): Day | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  const parsed = dayOf(Number(year), Number(month), Number(day));
  return formatDate(parsed) === text ? parsed : undefined;
}

export function formatDate(day: Day): string {
  return Number.isNaN(day) ? "" : new Date(day * DAY_MS).toISOString().slice(0, 10);
}
