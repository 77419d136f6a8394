import { login } from "../src/accounts/login";
import { register } from "../src/accounts/register";
import type { Ctx } from "../src/core/ctx";
import { AppError } from "../src/core/errors";
import { newId } from "../src/core/ids";
import { countUse } from "../src/core/rateLimit";
import { costOf, ownDatabase } from "../test/support/countedFirestore";
import { benchCtx } from "./benchCtx";
import { type Benchmark, digits, type Figure } from "./figure";
import { median } from "./statistics";

const INSTANCES = 4;
const DECISIONS = 200;
const LIMIT = 50;
const LOGINS = 200;
const AT_ONCE = 10;
const MAX_TIME_APART = 0.1;

/** What a limit costs and whether it is exact; and whether the time of a refused sign-in tells who has an account. */
export const limits: Benchmark = {
  name: "limits",
  about: "limits: cost and exactness; refused sign-ins of known and unknown addresses",
  async run() {
    return [...(await decision()), await exactness(), await signIns()];
  },
};

async function decision(): Promise<Figure[]> {
  const db = ownDatabase();
  const use = { what: "bench", by: "ann", policy: { limit: LIMIT, windowSeconds: 60 } };
  await countUse(benchCtx(db), use);
  const cost = await costOf(db, () => countUse(benchCtx(db), use));
  await db.terminate();
  return (["reads", "writes"] as const).map((what) => ({
    figure: `limit: ${what} of a decision`,
    ours: digits(cost[what]),
    limit: "1",
    met: cost[what] <= 1,
  }));
}

/** Each instance has a Firestore connection of its own; who is told that too many came at once comes again. */
async function exactness(): Promise<Figure> {
  const databaseId = `t-${newId()}`;
  const instances = Array.from({ length: INSTANCES }, () => ownDatabase(databaseId));
  const use = { what: "bench", by: "bob", policy: { limit: LIMIT, windowSeconds: 3_600 } };
  const decide = async (n: number): Promise<number> => {
    try {
      await countUse(benchCtx(instances[n % INSTANCES] as (typeof instances)[number]), use);
      return 1;
    } catch (error) {
      if (error instanceof AppError && error.code === "busy") return decide(n);
      if (error instanceof AppError && error.code === "rate_limited") return 0;
      throw error;
    }
  };
  const passed = await Promise.all(Array.from({ length: DECISIONS }, (_, n) => decide(n)));
  await Promise.all(instances.map((db) => db.terminate()));
  const count = passed.reduce((sum, one) => sum + one, 0);
  return {
    figure: `limit: let through of ${DECISIONS} at once, on ${INSTANCES} instances`,
    ours: digits(count),
    limit: `exactly ${LIMIT}`,
    met: count === LIMIT,
  };
}

async function signIns(): Promise<Figure> {
  const db = ownDatabase();
  // One for each of those at once: tries for one address wait for one another.
  const accounts = Array.from({ length: AT_ONCE }, () => `${newId()}@example.com`);
  let minute = 0;
  // A clock of its own: each try is in a minute of its own, where no limit binds it.
  const later = (): Ctx => {
    minute += 1;
    const now = new Date(Date.now() + minute * 61_000);
    return { ...benchCtx(db, undefined, { WEB_API_KEY: "bench" }), now: () => now };
  };
  for (const email of accounts) await register(later(), { email, password: "correct horse battery" });
  const refusedMs = async (address: string) => {
    const ctx = later();
    const start = performance.now();
    await login(ctx, { email: address, password: "wrong horse battery" }).catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "unauthenticated")) throw error;
    });
    return performance.now() - start;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let done = 0; done < LOGINS; done += AT_ONCE) {
    const batch = accounts.map(async (email) => {
      known.push(await refusedMs(email));
      unknown.push(await refusedMs(`${newId()}@example.com`));
    });
    await Promise.all(batch);
  }
  await db.terminate();
  const apart = Math.abs(median(known) / median(unknown) - 1);
  return {
    figure: `sign-in refused: known address against unknown, median of ${LOGINS} each`,
    ours: `${digits(median(known), 1)} ms`,
    baseline: `${digits(median(unknown), 1)} ms`,
    ratio: `${digits(apart * 100, 1)} % apart`,
    limit: `< ${MAX_TIME_APART * 100} %`,
    met: apart < MAX_TIME_APART,
  };
}
