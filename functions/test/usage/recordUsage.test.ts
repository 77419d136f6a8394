import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Ctx } from "../../src/core/ctx";
import { recordUsage } from "../../src/usage/recordUsage";
import { testWorld } from "../support/testCtx";

const request = (ctx: Ctx, requestId: string): Ctx => Object.assign(Object.create(ctx), { requestId });

describe("a user's usage", () => {
  it("adds up by day and feature", async () => {
    const world = testWorld(new Date("2026-11-20T23:59:00Z"));
    const ctx = world.as("ann");
    await recordUsage(request(ctx, "r1"), "ann", "chat", { requests: 1, promptTokens: 10 });
    await recordUsage(request(ctx, "r2"), "ann", "chat", { requests: 1, promptTokens: 5 });
    await recordUsage(request(ctx, "r3"), "ann", "speech", { requests: 1, characters: 100 });
    world.pass(120);
    await recordUsage(request(ctx, "r4"), "ann", "chat", { requests: 1, promptTokens: 1 });
    const day = (await world.db.doc("usageDays/ann_2026-11-20").get()).data();
    assert.deepEqual(day?.chat, { requests: 2, promptTokens: 15 });
    assert.deepEqual(day?.speech, { requests: 1, characters: 100 });
    assert.equal(day?.userId, "ann");
    assert.equal((await world.db.doc("usageDays/ann_2026-11-21").get()).get("chat.promptTokens"), 1);
  });

  it("counts a request once, however often it is told of it", async () => {
    const world = testWorld();
    const ctx = request(world.as("ann"), "r1");
    for (let n = 0; n < 3; n += 1) await recordUsage(ctx, "ann", "chat", { requests: 1 });
    await Promise.all([1, 2].map(() => recordUsage(request(ctx, "r2"), "ann", "chat", { requests: 1 })));
    assert.equal((await world.db.doc("usageDays/ann_2026-11-20").get()).get("chat.requests"), 2);
  });

  it("that cannot be stored is logged and fails nobody", async () => {
    const world = testWorld();
    const broken = Object.assign(Object.create(world.as("ann")), {
      db: Object.assign(Object.create(world.db), {
        batch: () => ({ create() {}, set() {}, commit: () => Promise.reject(new Error("down")) }),
      }),
    });
    await recordUsage(broken, "ann", "chat", { requests: 1 });
    assert.equal(world.log.at(-1)?.severity, "ERROR");
  });
});
