import { AppError } from "./errors";

/** Severities of Cloud Logging: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#logseverity */
export type Severity = "DEBUG" | "INFO" | "NOTICE" | "WARNING" | "ERROR";

/** Structured logs, one JSON line each, as Cloud Run and Cloud Functions read them from stdout. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** Who did what: written whatever the level is. */
  audit(message: string, fields?: Record<string, unknown>): void;
  /** A logger that adds `fields` to every line. */
  with(fields: Record<string, unknown>): Logger;
}

const ORDER: Record<Severity, number> = { DEBUG: 0, INFO: 1, NOTICE: 1, WARNING: 2, ERROR: 3 };
const MAX_STRING = 2_000;
const MAX_DEPTH = 5;
const SECRET_NAME = /authorization|cookie|secret|password|token|ticket|api[-_]?key|credential/i;
const SECRET_VALUE =
  /\b(?:sk|ek|rk)[-_][A-Za-z0-9_-]{8,}|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|([?&][\w-]*(?:ticket|token|key|secret)=)[^&\s"]+/gi;

/** Blanks whatever looks like a key, a token or a ticket, wherever it stands in `value`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string")
    return value
      .slice(0, MAX_STRING)
      .replace(SECRET_VALUE, (_match, parameter?: string) => `${parameter ?? ""}[redacted]`);
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "[deep]";
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((entry) => redact(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      SECRET_NAME.test(name) && typeof entry === "string" ? "[redacted]" : redact(entry, depth + 1),
    ]),
  );
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  return {
    name: error.name,
    message: redact(error.message, depth),
    ...(error instanceof AppError ? { code: error.code } : {}),
    ...(error.stack ? { stack: redact(error.stack.slice(0, MAX_STRING), depth) } : {}),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

/**
 * @param minimum lines below this severity are not written
 * @param write where lines go; stdout unless a test listens
 */
export function createLogger(
  minimum: Severity = "INFO",
  write: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  context: Record<string, unknown> = {},
): Logger {
  const log = (severity: Severity, message: string, fields: Record<string, unknown> = {}) => {
    if (ORDER[severity] < ORDER[minimum] && severity !== "NOTICE") return;
    const safe = redact({ ...context, ...fields, severity, message }) as object;
    // These two first, for whoever reads the lines as they are.
    write(JSON.stringify({ severity, message, ...safe }));
  };
  return {
    debug: (message, fields) => log("DEBUG", message, fields),
    info: (message, fields) => log("INFO", message, fields),
    warn: (message, fields) => log("WARNING", message, fields),
    error: (message, fields) => log("ERROR", message, fields),
    audit: (message, fields) => log("NOTICE", message, { audit: true, ...fields }),
    with: (fields) => createLogger(minimum, write, { ...context, ...fields }),
  };
}
