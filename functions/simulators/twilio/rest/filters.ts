import type { Form } from "./form.js";
import { RestRefusal } from "./refusal.js";

/**
 * Whether a time is where a list's filters want it: `Name` a day, `Name>` from then on, `Name<` until then.
 * @throws RestRefusal
 */
export function isWithin(query: Form, name: string, epochMs: number | undefined): boolean {
  const day = query.get(name)?.slice(0, 10);
  if (!isFromUntil(query, `${name}>`, `${name}<`, epochMs)) return false;
  if (!day) return true;
  return epochMs !== undefined && new Date(epochMs).toISOString().startsWith(day);
}

/** The same as the newer APIs have it: `AfterName` from then on, `BeforeName` until then. @throws RestRefusal */
export function isBetween(query: Form, name: string, epochMs: number | undefined): boolean {
  return isFromUntil(query, `After${name}`, `Before${name}`, epochMs);
}

/** Whether a property is what a list's filter wants, if there is one. */
export function isWanted(query: Form, name: string, value: string): boolean {
  const wanted = query.get(name);
  return !wanted || wanted === value;
}

function isFromUntil(query: Form, fromName: string, untilName: string, epochMs: number | undefined): boolean {
  const from = timeOf(query, fromName);
  const until = timeOf(query, untilName);
  if (from === undefined && until === undefined) return true;
  if (epochMs === undefined) return false;
  // Twilio's times are whole seconds.
  const seconds = Math.floor(epochMs / 1_000) * 1_000;
  return (from === undefined || seconds >= from) && (until === undefined || seconds <= until);
}

function timeOf(query: Form, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RestRefusal(20001, `${name} is no date`);
  return time;
}
