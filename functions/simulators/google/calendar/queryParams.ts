import { parseInstant } from "../time/rfc3339.js";
import { isTimeZone } from "../time/zones.js";
import { badRequest, invalidParameter } from "./refusals.js";

/** True or false in a query; false when it is not there. @throws Refused */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null || value === "false") return false;
  return value === "true" || invalidParameter(name, value, "Must be true or false.");
}

/** A whole number in a query, at least 1. @throws Refused */
export function countOf(query: URLSearchParams, name: string, otherwise: number): number {
  const value = query.get(name);
  if (value === null) return otherwise;
  const count = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  return count || invalidParameter(name, value, "Values must be within the range: [1, 2147483647]");
}

/** An instant with its offset, in milliseconds since the epoch. @throws Refused */
export function instantParam(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return parseInstant(value) ?? badRequest("Bad Request");
}

/** The name of a time zone. @throws Refused */
export function zoneParam(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return isTimeZone(value) ? value : badRequest(`Invalid time zone: ${value}`, "invalid");
}
