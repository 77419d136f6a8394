import type { IncomingMessage } from "node:http";
import { RestRefusal } from "./refusal.js";

const BODY_MAX_BYTES = 256 * 1024;

/** The parameters of a request, which Twilio takes from the query and a form alike. */
export type Form = URLSearchParams;

/** @throws RestRefusal for a body that is too long */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new RestRefusal(20001, "the body is too long");
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** A parameter that is true or false. @throws RestRefusal */
export function flagOf(form: Form, name: string): boolean {
  const value = form.get(name)?.toLowerCase();
  if (value === undefined || value === "" || value === "false") return false;
  if (value === "true") return true;
  throw new RestRefusal(20001, `${name} must be true or false`);
}

/** A whole number in a range. @throws RestRefusal with `code` */
export function integerOf(
  form: Form,
  name: string,
  { min, max, otherwise, code = 20001 }: { min: number; max: number; otherwise: number; code?: number },
): number {
  const text = form.get(name);
  if (text === null || text === "") return otherwise;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RestRefusal(code, `${name} must be a whole number from ${min} to ${max}`);
}

/** One of several words. @throws RestRefusal */
export function wordOf<Word extends string>(
  form: Form,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = form.get(name);
  if (value === null || value === "") return undefined;
  const word = words.find((one) => one === value);
  if (word === undefined) throw new RestRefusal(20001, `${name} must be one of ${words.join(", ")}`);
  return word;
}
