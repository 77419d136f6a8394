import type { Firestore } from "firebase-admin/firestore";
import { type Config, processConfig } from "./config";
import { AppError } from "./errors";
import { firestore } from "./firestore";
import { newId } from "./ids";
import { createLogger, type Logger } from "./log";

/** Who calls, proven by a Firebase ID token. */
export interface Caller {
  uid: string;
  claims: Readonly<Record<string, unknown>>;
}

/** What every verb gets first: who calls and the world it may touch. Tests pass their own. */
export interface Ctx {
  /** Absent where a verb runs for the system: triggers, schedules, the relay's own clean-up. */
  caller?: Caller;
  /** Also sent to the client as `X-Request-Id`. */
  requestId: string;
  log: Logger;
  now(): Date;
  newId(): string;
  readonly config: Config;
  readonly db: Firestore;
}

let processLogger: Logger | undefined;

/** The process's logger, at the configured level. */
export function logger(): Logger {
  processLogger ??= createLogger(processConfig().LOG_LEVEL);
  return processLogger;
}

/** A context of the real world; clients and settings are made at first use. */
export function createCtx(options: { caller?: Caller; requestId?: string } = {}): Ctx {
  const requestId = options.requestId ?? newId();
  return {
    caller: options.caller,
    requestId,
    log: logger().with({ requestId, uid: options.caller?.uid }),
    now: () => new Date(),
    newId,
    get config() {
      return processConfig();
    },
    get db() {
      return firestore();
    },
  };
}

/** The caller, where a verb is for signed-in users only. @throws AppError unauthenticated */
export function requireCaller(ctx: Ctx): Caller {
  if (!ctx.caller) throw new AppError("unauthenticated", "Sign in and send your Firebase ID token.");
  return ctx.caller;
}

/** A setting that a feature cannot do without. @throws AppError not_configured naming it */
export function requireSetting<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new AppError("not_configured", `${name} is not configured on the server.`);
  return value;
}
