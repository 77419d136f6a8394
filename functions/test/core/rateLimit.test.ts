import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { AppError } from "../../src/core/errors";
import { countUse, forgetUses, startCounting } from "../../src/core/rateLimit";
import { rejectsWith } from "../support/appError";
import { costOf, ownDatabase } from "../support/countedFirestore";
import { loseAnswer } from "../support/lostAnswer";
import { testWorld } from "../support/testCtx";

const NEVER = new AbortController().signal;
const POLICY = { limit: 3, windowSeconds: 60 };

describe("a limit on uses", () => {
  it("refuses the one too many, and says after how many seconds one more fits", async () => {
    const world = testWorld();
    const use = () => countUse(world.as("ann"), { what: "chat", by: "ann", policy: POLICY });
    for (let n = 0; n < 3; n += 1) {
      await use();
      world.pass(5);
    }
    const refused = await rejectsWith("rate_limited", use());
    assert.equal(refused.details.retryAfterSeconds, 45);
    world.pass(44);
    await rejectsWith("rate_limited", use());
    world.pass(1);
    await use();
    await rejectsWith("rate_limited", use());
  });

  it("counts a use once, though the answer to its writing was lost", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    const use = { what: "chat", by: "ann", policy: POLICY };
    const remaining: number[] = [];
    const onLimit = (state: { remaining: number }) => void remaining.push(state.remaining);
    loseAnswer(world.db, "rateLimits");
    await countUse({ ...ctx, onLimit }, use);
    for (let n = 0; n < 2; n += 1) {
      loseAnswer(world.db, "rateLimits");
      await (await startCounting({ ...ctx, onLimit }, use, NEVER)).counted;
    }
    assert.deepEqual(remaining, [2, 1, 0]);
    await rejectsWith("rate_limited", countUse(ctx, use));
  });

  it("of one user or feature leaves others alone", async () => {
    const world = testWorld();
    const ctx = world.as("ann");
    for (let n = 0; n < 3; n += 1) await countUse(ctx, { what: "chat", by: "ann", policy: POLICY });
    await rejectsWith("rate_limited", countUse(ctx, { what: "chat", by: "ann", policy: POLICY }));
    await countUse(ctx, { what: "chat", by: "bob", policy: POLICY });
    await countUse(ctx, { what: "speech", by: "ann", policy: POLICY });
  });

  it("holds when many come at once, on several instances", async function () {
    this.timeout(120_000);
    const first = testWorld();
    const worlds = [first, testWorld(first.now(), ownDatabase(first.db.databaseId))];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, n) => {
        for (;;) {
          try {
            return await countUse((worlds[n % 2] ?? first).as(), { what: "chat", by: "ann", policy: POLICY });
          } catch (error) {
            if (!(error instanceof AppError && error.code === "busy")) throw error;
          }
        }
      }),
    );
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, POLICY.limit);
  });

  it("costs one read and one write, and names nobody in its document's id", async () => {
    const world = testWorld();
    const cost = await costOf(world.db, () =>
      countUse(world.as(), { what: "login", by: "ann@example.com", policy: POLICY }),
    );
    assert.deepEqual([cost.reads, cost.writes], [1, 1]);
    const { docs } = await world.db.collection("rateLimits").get();
    assert.equal(docs.length, 1);
    assert.ok(!JSON.stringify([docs[0]?.id, docs[0]?.data()]).includes("ann"));
    assert.equal(docs[0]?.get("expiresAt").toMillis(), world.now().getTime() + 60_000);
  });

  it("that was refused is refused again without a read, until its time has come", async () => {
    const world = testWorld();
    const use = { what: "chat", by: "ann", policy: POLICY };
    for (let n = 0; n < 3; n += 1) await countUse(world.as(), use);
    await rejectsWith("rate_limited", countUse(world.as(), use));
    world.pass(20);
    const cost = await costOf(world.db, async () => {
      const refused = await rejectsWith("rate_limited", countUse(world.as(), use));
      assert.equal(refused.details.retryAfterSeconds, 40);
      await rejectsWith("rate_limited", startCounting(world.as(), use, NEVER));
    });
    assert.equal(cost.reads, 0);
    world.pass(40);
    await countUse(world.as(), use);
  });

  it("counted while the work begins costs one read and one write, and stops the work where it is refused", async () => {
    const world = testWorld();
    const use = { what: "chat", by: "ann", policy: { ...POLICY, limit: 1 } };
    const cost = await costOf(world.db, async () => (await startCounting(world.as(), use, NEVER)).counted);
    assert.deepEqual([cost.reads, cost.writes], [1, 1]);
    const { counted, signal } = await startCounting(world.as(), use, NEVER);
    const error = await rejectsWith("rate_limited", counted);
    assert.equal(signal.reason, error);
  });

  it("counted while the work begins needs no read where this instance counted last, and is exact where it did not", async () => {
    const world = testWorld();
    const other = testWorld(world.now(), ownDatabase(world.db.databaseId));
    const use = { what: "chat", by: "ann", policy: POLICY };
    const begin = async (ctx = world.as()) => (await startCounting(ctx, use, NEVER)).counted;
    await begin();
    const again = await costOf(world.db, () => begin());
    assert.deepEqual([again.reads, again.writes], [0, 1]);
    await begin(other.as());
    await rejectsWith("rate_limited", begin());
  });

  it("is counted anew where what this instance remembers was deleted meanwhile", async () => {
    const world = testWorld();
    const use = { what: "chat", by: "ann", policy: POLICY };
    for (let n = 0; n < 2; n += 1) await (await startCounting(world.as(), use, NEVER)).counted;
    await forgetUses(world.as(), [use]);
    for (let n = 0; n < 3; n += 1) await (await startCounting(world.as(), use, NEVER)).counted;
    await rejectsWith("rate_limited", (await startCounting(world.as(), use, NEVER)).counted);
  });

  it("begins no work in vain: of a burst only the first begins before it is counted", async () => {
    const world = testWorld();
    const use = { what: "chat", by: "ann", policy: POLICY };
    const started = await Promise.allSettled(
      Array.from({ length: 10 }, () => startCounting(world.as(), use, NEVER)),
    );
    assert.equal(started.filter(({ status }) => status === "fulfilled").length, POLICY.limit);
    const { docs } = await world.db.collection("rateLimits").get();
    assert.equal(docs[0]?.get("times").length, POLICY.limit);
  });
});
