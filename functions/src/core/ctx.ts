import type { Firestore } from "firebase-admin/firestore";
import { type Config, processConfig } from "./config";
import { AppError } from "./errors";
import { firestore } from "./firestore";
import { newId } from "./ids";
import { createLogger, type Logger } from "./log";
import type { TraceFields } from "./trace";

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
  /** The network address of whoever calls, where there is one. */
  address?: string;
  /** What the client calls this request, so that one that comes again is known as the same. */
  idempotencyKey?: string;
  /** Told of each limit that was counted against, whatever the verdict. */
  onLimit?(state: LimitState): void;
}

/** Where a caller stands with a limit. */
export interface LimitState {
  limit: number;
  windowSeconds: number;
  remaining: number;
}

let processLogger: Logger | undefined;

/** The process's logger, at the configured level. */
export function logger(): Logger {
  processLogger ??= createLogger(processConfig().LOG_LEVEL);
  return processLogger;
}

/** What a transport knows of a call. */
export interface CallFacts extends Pick<Ctx, "caller" | "address" | "idempotencyKey" | "onLimit"> {
  requestId?: string;
  trace?: TraceFields;
}

/** A context of the real world; clients and settings are made at first use. */
export function createCtx(options: CallFacts = {}): Ctx {
  const requestId = options.requestId ?? newId();
  return {
    caller: options.caller,
    address: options.address,
    idempotencyKey: options.idempotencyKey,
    onLimit: options.onLimit,
    requestId,
    log: logger().with({ requestId, uid: options.caller?.uid, ...options.trace }),
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
