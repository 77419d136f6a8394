import type { Firestore } from "firebase-admin/firestore";
import type { Ctx } from "./ctx";
import { AppError } from "./errors";
import type { WindowPolicy } from "./slidingWindow";

/** More than this is no ordinary day: what is forgotten is asked of Firestore again. */
const MOST_REMEMBERED = 10_000;

interface Refusal {
  policy: WindowPolicy;
  /** ms since the epoch */
  until: number;
}

/** What this instance has refused and until when, so that a flood of requests costs neither reads nor work. */
export class RefusalMemory {
  readonly #databases = new WeakMap<Firestore, Map<string, Refusal>>();

  /** @throws AppError rate_limited while what is at `path` is refused */
  check(ctx: Ctx, path: string): void {
    const refusal = this.#of(ctx).get(path);
    if (!refusal) return;
    if (refusal.until > ctx.now().getTime()) throw tooMany(ctx, refusal);
    this.#of(ctx).delete(path);
  }

  /** @returns the error to throw */
  remember(ctx: Ctx, path: string, refusal: Refusal): AppError {
    const remembered = this.#of(ctx);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(path, refusal);
    return tooMany(ctx, refusal);
  }

  #of({ db }: Ctx): Map<string, Refusal> {
    let known = this.#databases.get(db);
    if (!known) {
      known = new Map();
      this.#databases.set(db, known);
    }
    return known;
  }
}

function tooMany(ctx: Ctx, { policy: { limit, windowSeconds }, until }: Refusal): AppError {
  ctx.onLimit?.({ limit, windowSeconds, remaining: 0 });
  const retryAfterSeconds = Math.max(1, Math.ceil((until - ctx.now().getTime()) / 1_000));
  const window = windowSeconds === 60 ? "a minute" : `in ${windowSeconds} s`;
  return new AppError("rate_limited", `At most ${limit} ${window}: try again in ${retryAfterSeconds} s.`, {
    details: { retryAfterSeconds },
  });
}
