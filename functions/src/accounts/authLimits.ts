import type { Ctx } from "../core/ctx";
import { countUse, type LimitedUse } from "../core/rateLimit";
import { AUTH_WINDOW } from "./limits";

/** Counts a try to get in, by where it comes from and by the e-mail address. 2 reads, 2 writes. @throws AppError rate_limited */
export async function countAuthTry(ctx: Ctx, email?: string): Promise<void> {
  if (ctx.address) await countUse(ctx, triesBy(`address ${ctx.address}`));
  if (email) await countUse(ctx, triesOf(email));
}

/** What is counted for an e-mail address. */
export function triesOf(email: string): LimitedUse {
  return triesBy(`email ${email}`);
}

function triesBy(by: string): LimitedUse {
  return { what: "auth", by, policy: AUTH_WINDOW };
}
