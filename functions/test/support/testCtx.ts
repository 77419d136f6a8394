import type { Firestore } from "firebase-admin/firestore";
import { parseConfig } from "../../src/core/config";
import type { Ctx } from "../../src/core/ctx";
import { newId } from "../../src/core/ids";
import { createLogger } from "../../src/core/log";
import { ownDatabase } from "./countedFirestore";

/** A world for verbs: a database of its own, a clock that stands until it is moved, ids in order, a log that is kept. */
export interface TestWorld {
  readonly db: Firestore;
  /** Each line that was logged, parsed. */
  readonly log: Record<string, unknown>[];
  /** What verbs get when `uid` calls; the system where it is left out. */
  as(uid?: string): Ctx;
  now(): Date;
  /** Moves the clock. */
  pass(seconds: number): void;
  /** A context like `as(uid)` with other settings. */
  configured(settings: Record<string, string | undefined>, uid?: string): Ctx;
}

const SETTINGS = {
  RELAY_URL: "wss://relay.test",
  SECRET_KEY: "a secret of more than thirty-two characters",
};

/** @param start when the clock begins */
export function testWorld(start = new Date("2026-11-20T12:00:00.000Z"), db = ownDatabase()): TestWorld {
  let now = start.getTime();
  let ids = 0;
  const log: Record<string, unknown>[] = [];
  const logger = createLogger("DEBUG", (line) => log.push(JSON.parse(line)));
  const ctx = (settings: Record<string, string | undefined>, uid?: string): Ctx => ({
    ...(uid === undefined ? {} : { caller: { uid, claims: {} } }),
    requestId: "request-1",
    log: logger,
    now: () => new Date(now),
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    config: parseConfig({ ...SETTINGS, ...settings }),
    db,
  });
  return {
    db,
    log,
    as: (uid) => ctx({}, uid),
    configured: ctx,
    now: () => new Date(now),
    pass: (seconds) => {
      now += seconds * 1_000;
    },
  };
}

/** An id that no other test uses. */
export function uniqueId(): string {
  return newId();
}
