import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "./caller.js";
import type { FaultAnswer } from "./faults.js";
import type { World } from "./world.js";

/** A request to one of Google's addresses, read whole. */
export interface ApiRequest {
  world: World;
  method: string;
  /** As Google has it: `/token`, `/calendar/v3/calendars/primary/events`. */
  path: string;
  /** What the path's pattern captures, decoded. */
  ids: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body, where it is a form. */
  form: URLSearchParams;
}

/** What is answered: JSON, a page, or nothing. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  html?: string;
}

export type Params = Record<string, string | string[]>;

/** What operations of one kind have in common. */
export interface Family {
  /** Whose a request is; never refuses one. */
  callerOf(request: ApiRequest): Caller;
  /** What the log may show of the parameters: no token, code, secret or state. */
  shownParams(request: ApiRequest): Params;
  /** How a failure looks here. */
  fail(fault: FaultAnswer): Answer;
}

/** Something that can be asked of Google. */
export interface Operation {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: RegExp;
  /** What faults and counts call it. */
  name(request: ApiRequest): string;
  family: Family;
  /** @throws Refused */
  run(request: ApiRequest): Answer | Promise<Answer>;
}

/** A request that Google refuses, and how. */
export class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(`refused with ${answer.status}`);
  }
}

/** Those of the parameters that have one of these names. */
export function pickParams(params: URLSearchParams, isShown: (name: string) => boolean): Params {
  const shown: Params = {};
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    if (isShown(name)) shown[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return shown;
}
