import type { Form } from "./form.js";
import { RestRefusal } from "./refusal.js";

/**
 * Whether a time is where a list's filters want it: `Name` a day, `Name>` from then on, `Name<` until then.
 * @throws RestRefusal
 */
export function isWithin(query: Form, name: string, epochMs: number | undefined): boolean {
  const from = timeOf(query, `${name}>`);
  const until = timeOf(query, `${name}<`);
  const day = query.get(name)?.slice(0, 10);
  if (from === undefined && until === undefined && !day) return true;
  // Twilio's times are whole seconds.
  const seconds = epochMs === undefined ? Number.NaN : Math.floor(epochMs / 1_000) * 1_000;
  if (Number.isNaN(seconds)) return false;
  if (from !== undefined && seconds < from) return false;
  if (until !== undefined && seconds > until) return false;
  return !day || new Date(seconds).toISOString().startsWith(day);
}

/** Whether a property is what a list's filter wants, if there is one. */
export function isWanted(query: Form, name: string, value: string): boolean {
  const wanted = query.get(name);
  return !wanted || wanted === value;
}

function timeOf(query: Form, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new RestRefusal(20001, `${name} is no date`);
  return time;
}
