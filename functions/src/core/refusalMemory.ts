import type { Ctx } from "./ctx";
import { DocumentMemory } from "./documentMemory";
import { AppError } from "./errors";
import type { WindowPolicy } from "./slidingWindow";

interface Refusal {
  policy: WindowPolicy;
  /** ms since the epoch */
  until: number;
}

/** What this instance has refused and until when, so that a flood of requests costs neither reads nor work. */
export class RefusalMemory {
  readonly #refusals = new DocumentMemory<Refusal>();

  /** @throws AppError rate_limited while what is at `path` is refused */
  check(ctx: Ctx, path: string): void {
    const refusal = this.#refusals.get(ctx.db, path);
    if (!refusal) return;
    if (refusal.until > ctx.now().getTime()) throw tooMany(ctx, refusal);
    this.#refusals.delete(ctx.db, path);
  }

  /** @returns the error to throw */
  remember(ctx: Ctx, path: string, refusal: Refusal): AppError {
    this.#refusals.set(ctx.db, path, refusal);
    return tooMany(ctx, refusal);
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
