import { DAY_MS } from "../time/civil.js";
import { localOfBasic } from "./basicTimes.js";
import { InvalidRecurrence } from "./invalidRecurrence.js";

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const FREQUENCIES = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;

export interface RuleDay {
  /** From 0, which is Sunday. */
  weekday: number;
  /** The so manieth in the month, from its end when negative; every one when undefined. */
  nth: number | undefined;
}

/** An RRULE; empty lists restrict nothing. */
export interface Rule {
  frequency: (typeof FREQUENCIES)[number];
  interval: number;
  count: number | undefined;
  /** The last moment, in the series' local time. */
  untilLocalMs: number | undefined;
  byDay: RuleDay[];
  byMonthDay: number[];
  byMonth: number[];
  bySetPos: number[];
  weekStart: number;
}

type Parts = Map<string, string>;

const PARTS = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"];

/**
 * Reads what follows `RRULE:`; https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10 without BYHOUR, BYWEEKNO and
 * their like.
 * @param zone undefined for all-day events
 * @throws InvalidRecurrence
 */
export function readRule(text: string, zone: string | undefined): Rule {
  const parts = partsOf(text);
  const frequency = FREQUENCIES.find((one) => one === parts.get("FREQ"));
  if (!frequency) throw new InvalidRecurrence(text);
  if (parts.has("COUNT") && parts.has("UNTIL")) throw new InvalidRecurrence(text);
  const [count] = integersOf(parts, "COUNT", 1, 100_000);
  const [interval = 1] = integersOf(parts, "INTERVAL", 1, 10_000);
  const rule: Rule = {
    frequency,
    interval,
    count,
    untilLocalMs: untilOf(parts.get("UNTIL"), zone),
    byDay: listOf(parts, "BYDAY").map(readDay),
    byMonthDay: integersOf(parts, "BYMONTHDAY", -31, 31),
    byMonth: integersOf(parts, "BYMONTH", 1, 12),
    bySetPos: integersOf(parts, "BYSETPOS", -366, 366),
    weekStart: readDay(parts.get("WKST") ?? "MO").weekday,
  };
  if (!isSimulated(rule)) throw new InvalidRecurrence(text);
  return rule;
}

function partsOf(text: string): Parts {
  const parts: Parts = new Map();
  for (const part of text.toUpperCase().split(";")) {
    const [name = "", value = ""] = part.split("=");
    if (!PARTS.includes(name) || value === "" || parts.has(name)) throw new InvalidRecurrence(text);
    parts.set(name, value);
  }
  return parts;
}

function listOf(parts: Parts, name: string): string[] {
  return parts.get(name)?.split(",") ?? [];
}

function integersOf(parts: Parts, name: string, min: number, max: number): number[] {
  return listOf(parts, name).map((text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : 0;
    if (value === 0 || value < min || value > max) throw new InvalidRecurrence(`${name}=${text}`);
    return value;
  });
}

function readDay(text: string): RuleDay {
  const [, nth, name = ""] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? [];
  const weekday = WEEKDAYS.indexOf(name);
  if (weekday < 0 || Number(nth) === 0) throw new InvalidRecurrence(text);
  return { weekday, nth: nth === undefined ? undefined : Number(nth) };
}

function untilOf(text: string | undefined, zone: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const until = localOfBasic(text, zone);
  // A last day is included whole.
  return text.includes("T") ? until : until + DAY_MS - 1;
}

/** The so manieth weekday of a year is not simulated, and of a day or week there is none. */
function isSimulated({ frequency, byDay, byMonth, byMonthDay }: Rule): boolean {
  if (frequency === "WEEKLY" && byMonthDay.length > 0) return false;
  if (frequency === "YEARLY") return byDay.length === 0 || byMonth.length > 0;
  return frequency === "MONTHLY" || byDay.every(({ nth }) => nth === undefined);
}
