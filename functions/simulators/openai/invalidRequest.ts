import type { RealtimeError } from "openai/resources/realtime/realtime";
import type { z } from "zod";

/** A client's mistake, in the words and codes OpenAI uses. Never fatal to the session. */
export class InvalidRequest extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly param: string | null = null,
  ) {
    super(message);
  }

  /** The `error` object of an event or of an HTTP body. */
  toError(eventId: string | null = null): RealtimeError {
    return {
      type: "invalid_request_error",
      code: this.code,
      message: this.message,
      param: this.param,
      event_id: eventId,
    };
  }
}

/** Parses strictly; `at` is where the value stands in the event, e.g. `session`. Throws {@link InvalidRequest}. */
export function parseOrRefuse<T>(schema: z.ZodType<T>, value: unknown, at = ""): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw issue ? refusalOf(issue, value, at) : new InvalidRequest("invalid_value", "Invalid value.");
}

function refusalOf(issue: z.core.$ZodIssue, value: unknown, at: string): InvalidRequest {
  const param = paramOf(at, issue.path);
  const found = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    const unknown = paramOf(param, [issue.keys[0] ?? ""]);
    return new InvalidRequest("unknown_parameter", `Unknown parameter: '${unknown}'.`, unknown);
  }
  if (found === undefined) {
    return new InvalidRequest("missing_required_parameter", `Missing required parameter: '${param}'.`, param);
  }
  if (issue.code === "invalid_value") return unsupportedValue(param, found, issue.values);
  if (issue.code === "too_small") return outOfRange(param, found, "below", "min", `>= ${issue.minimum}`);
  if (issue.code === "too_big") return outOfRange(param, found, "above", "max", `<= ${issue.maximum}`);
  if (issue.code === "invalid_type") {
    const message = `Invalid type for '${param}': expected ${expectedName(issue.expected)}, but got ${nameOf(found)} instead.`;
    return new InvalidRequest("invalid_type", message, param);
  }
  return new InvalidRequest("invalid_value", `Invalid value for '${param}': ${issue.message}`, param);
}

/** The refusal of a value that is none of those supported. */
export function unsupportedValue(
  param: string,
  found: unknown,
  supported: readonly unknown[],
): InvalidRequest {
  const shown = typeof found === "string" ? `'${found}'` : JSON.stringify(found);
  const list = supported.map((value) => `'${String(value)}'`).join(", ");
  return new InvalidRequest(
    "invalid_value",
    `Invalid value: ${shown}. Supported values are: ${list}.`,
    param,
  );
}

function outOfRange(param: string, found: unknown, side: string, bound: string, expected: string) {
  if (typeof found !== "number") {
    const what = typeof found === "string" ? "string" : "array";
    const code = `${what}_${side}_${bound}_length`;
    return new InvalidRequest(code, `Invalid '${param}': length must be ${expected}.`, param);
  }
  const kind = Number.isInteger(found) ? "integer" : "decimal";
  const message = `Invalid '${param}': ${kind} ${side} ${bound}imum value. Expected a value ${expected}, but got ${found} instead.`;
  return new InvalidRequest(`${kind}_${side}_${bound}_value`, message, param);
}

function paramOf(at: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((whole, key) => {
    if (typeof key === "number") return `${whole}[${key}]`;
    return whole === "" ? String(key) : `${whole}.${String(key)}`;
  }, at);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}

function expectedName(expected: string): string {
  if (expected === "int") return "an integer";
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number") return Number.isInteger(value) ? "an integer" : "a decimal number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
