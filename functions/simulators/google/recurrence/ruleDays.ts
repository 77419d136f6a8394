import { civilOf, type Day, dayOf, daysInMonth, weekdayOf } from "../time/civil.js";
import type { Rule } from "./rule.js";

/** The days of a rule in order, from the series' first day to `last`; COUNT and UNTIL are the caller's. */
export function* ruleDays(rule: Rule, first: Day, last: Day): Generator<Day> {
  for (let period = 0; ; period += 1) {
    const { start, days } = PERIODS[rule.frequency](rule, first, period * rule.interval);
    if (start > last) return;
    for (const day of atPositions(rule, days)) {
      if (day > last) return;
      if (day >= first) yield day;
    }
  }
}

/** One day, week, month or year: its first day, and those of its days that the rule names, in order. */
interface Period {
  start: Day;
  days: Day[];
}

const PERIODS: Record<Rule["frequency"], (rule: Rule, first: Day, offset: number) => Period> = {
  DAILY: (rule, first, offset) => {
    const day = first + offset;
    const isNamed = isInMonths(rule, day) && isOnWeekdays(rule, day) && isOnMonthDays(rule, day);
    return { start: day, days: isNamed ? [day] : [] };
  },
  WEEKLY: (rule, first, offset) => {
    const start = first - ((weekdayOf(first) - rule.weekStart + 7) % 7) + offset * 7;
    const week = Array.from({ length: 7 }, (_, index) => start + index);
    const isNamed = (day: Day) =>
      rule.byDay.length > 0 ? isOnWeekdays(rule, day) : weekdayOf(day) === weekdayOf(first);
    return { start, days: week.filter((day) => isNamed(day) && isInMonths(rule, day)) };
  },
  MONTHLY: (rule, first, offset) => {
    const { year, month } = civilOf(first);
    const start = dayOf(year, month + offset, 1);
    return { start, days: isInMonths(rule, start) ? daysOfMonth(rule, start, first) : [] };
  },
  YEARLY: (rule, first, offset) => {
    const { year, month } = civilOf(first);
    const months = rule.byMonth.length > 0 ? rule.byMonth.toSorted((a, b) => a - b) : [month];
    const starts = months.map((one) => dayOf(year + offset, one, 1));
    return {
      start: dayOf(year + offset, 1, 1),
      days: starts.flatMap((start) => daysOfMonth(rule, start, first)),
    };
  },
};

/** Those of a month's days that the rule names; the series' own day of the month where it names none. */
function daysOfMonth(rule: Rule, start: Day, first: Day): Day[] {
  const { year, month } = civilOf(start);
  const all = Array.from({ length: daysInMonth(year, month) }, (_, index) => start + index);
  if (rule.byDay.length === 0 && rule.byMonthDay.length === 0) {
    return all.filter((day) => civilOf(day).day === civilOf(first).day);
  }
  return all.filter((day) => isOnMonthDays(rule, day) && isOnWeekdays(rule, day));
}

function isInMonths({ byMonth }: Rule, day: Day): boolean {
  return byMonth.length === 0 || byMonth.includes(civilOf(day).month);
}

function isOnMonthDays({ byMonthDay }: Rule, day: Day): boolean {
  if (byMonthDay.length === 0) return true;
  const { year, month, day: fromStart } = civilOf(day);
  return byMonthDay.includes(fromStart) || byMonthDay.includes(fromStart - daysInMonth(year, month) - 1);
}

function isOnWeekdays({ byDay }: Rule, day: Day): boolean {
  if (byDay.length === 0) return true;
  const { year, month, day: monthDay } = civilOf(day);
  const fromStart = Math.ceil(monthDay / 7);
  const fromEnd = -Math.ceil((daysInMonth(year, month) - monthDay + 1) / 7);
  return byDay.some(
    ({ weekday, nth }) =>
      weekday === weekdayOf(day) && (nth === undefined || nth === fromStart || nth === fromEnd),
  );
}

function atPositions({ bySetPos }: Rule, days: Day[]): Day[] {
  if (bySetPos.length === 0) return days;
  return days.filter((_, index) => bySetPos.includes(index + 1) || bySetPos.includes(index - days.length));
}
