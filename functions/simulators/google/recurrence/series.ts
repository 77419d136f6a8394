import { DAY_MS, dayOf } from "../time/civil.js";
import { localOfBasic } from "./basicTimes.js";
import { InvalidRecurrence } from "./invalidRecurrence.js";
import { type Rule, readRule } from "./rule.js";
import { ruleDays } from "./ruleDays.js";

/** When a recurring event takes place, in its own local time: what its zone's clocks show, as milliseconds of UTC. */
export interface Series {
  startLocalMs: number;
  /** Undefined for all-day events. */
  zone: string | undefined;
  rules: Rule[];
  /** From RDATE. */
  added: number[];
  /** From EXDATE. */
  removed: Set<number>;
}

/** Rules that name no day at all must come to an end. */
const LAST_DAY = dayOf(2200, 1, 1);
const LINE = /^(RRULE|RDATE|EXDATE)((?:;[^:]+)*):(.+)$/;

/** Reads the lines of an event's `recurrence`. @throws InvalidRecurrence */
export function readSeries(lines: string[], startLocalMs: number, zone: string | undefined): Series {
  const series: Series = { startLocalMs, zone, rules: [], added: [], removed: new Set() };
  for (const line of lines) {
    const [, kind, parameters = "", value = ""] = LINE.exec(line) ?? [];
    if (!kind) throw new InvalidRecurrence(line);
    if (kind === "RRULE") {
      series.rules.push(readRule(value, zone));
      continue;
    }
    for (const time of value.split(",")) addTime(series, kind, localOfBasic(time, zone, zoneOf(parameters)));
  }
  return series;
}

function zoneOf(parameters: string): string | undefined {
  return /;TZID=([^;]+)/.exec(parameters)?.[1];
}

function addTime(series: Series, kind: string, localMs: number): void {
  if (kind === "RDATE") series.added.push(localMs);
  else series.removed.add(localMs);
}

/** Whether it goes on for ever. */
export function isEndless({ rules }: Series): boolean {
  return rules.some(({ count, untilLocalMs }) => count === undefined && untilLocalMs === undefined);
}

/** The local times at which it takes place, in order, from `fromLocalMs` and before `toLocalMs`. */
export function occurrencesOf(series: Series, fromLocalMs: number, toLocalMs: number): number[] {
  const { startLocalMs, rules, added, removed } = series;
  const found = new Set(rules.length === 0 ? [startLocalMs, ...added] : added);
  for (const rule of rules) {
    for (const localMs of ruleTimes(rule, startLocalMs, toLocalMs)) found.add(localMs);
  }
  return [...found]
    .filter((localMs) => localMs >= fromLocalMs && localMs < toLocalMs && !removed.has(localMs))
    .sort((a, b) => a - b);
}

function* ruleTimes(rule: Rule, startLocalMs: number, toLocalMs: number): Generator<number> {
  const first = Math.floor(startLocalMs / DAY_MS);
  const timeOfDay = startLocalMs - first * DAY_MS;
  const last = Math.min(Math.floor(toLocalMs / DAY_MS), LAST_DAY);
  let count = 0;
  for (const day of ruleDays(rule, first, last)) {
    const localMs = day * DAY_MS + timeOfDay;
    count += 1;
    if (rule.count !== undefined && count > rule.count) return;
    if (rule.untilLocalMs !== undefined && localMs > rule.untilLocalMs) return;
    yield localMs;
  }
}
