import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { withLease } from "../../src/core/lease";
import { costOf } from "../support/countedFirestore";
import { testWorld } from "../support/testCtx";

describe("a lease", () => {
  it("lets one of two run and is free again afterwards", async () => {
    const world = testWorld();
    let finish = () => {};
    const first = withLease(
      world.as(),
      "work",
      60,
      () => new Promise<string>((done) => (finish = () => done("1"))),
    );
    while ((await world.db.collection("leases").get()).empty);
    assert.equal(await withLease(world.as(), "work", 60, async () => "2"), undefined);
    finish();
    assert.equal(await first, "1");
    assert.equal(await withLease(world.as(), "work", 60, async () => "3"), "3");
  });

  it("is lost by a holder that dies, after its time and not before", async () => {
    const world = testWorld();
    void withLease(world.as(), "work", 60, () => new Promise(() => {}));
    while ((await world.db.collection("leases").get()).empty);
    world.pass(59);
    assert.equal(await withLease(world.as(), "work", 60, async () => "2"), undefined);
    world.pass(1);
    assert.equal(await withLease(world.as(), "work", 60, async () => "3"), "3");
  });

  it("that was lost is not taken from its new holder when the old one comes to its end", async () => {
    const world = testWorld();
    let finish = () => {};
    const late = withLease(world.as(), "work", 60, () => new Promise<void>((done) => (finish = done)));
    while ((await world.db.collection("leases").get()).empty);
    world.pass(60);
    void withLease(world.as(), "work", 60, () => new Promise(() => {}));
    while ((await world.db.doc("leases/work").get()).get("holder") === "id-1");
    finish();
    await late;
    assert.equal(await withLease(world.as(), "work", 60, async () => "third"), undefined);
  });

  it("is released where the work fails", async () => {
    const world = testWorld();
    await assert.rejects(
      withLease(world.as(), "work", 60, async () => assert.fail("broken")),
      /broken/,
    );
    assert.equal(await withLease(world.as(), "work", 60, async () => "next"), "next");
  });

  it("of one name does not keep others waiting", async () => {
    const world = testWorld();
    const inner = () => withLease(world.as(), "b", 60, async () => "both");
    assert.equal(await withLease(world.as(), "a", 60, inner), "both");
  });

  it("costs what it says", async () => {
    const world = testWorld();
    const got = await costOf(world.db, () => withLease(world.as(), "work", 60, async () => {}));
    assert.deepEqual([got.reads, got.writes, got.transactions], [2, 2, 2]);
  });
});
