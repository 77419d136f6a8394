import type { Ctx } from "../core/ctx";
import { countUse, type LimitedUse } from "../core/rateLimit";
import { AUTH_WINDOW } from "./limits";

/**
 * Counts a try to get in, by where it comes from and by what it is for: an e-mail address, or a token. 2 reads, 2 writes.
 * @throws AppError rate_limited
 */
export async function countAuthTry(ctx: Ctx, what: string): Promise<void> {
  if (ctx.address) await countUse(ctx, triesBy(`address ${ctx.address}`));
  await countUse(ctx, triesOf(what));
}

/** What is counted for an e-mail address or a token. */
export function triesOf(what: string): LimitedUse {
  return triesBy(`for ${what}`);
}

function triesBy(by: string): LimitedUse {
  return { what: "auth", by, policy: AUTH_WINDOW };
}
