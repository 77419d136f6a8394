import assert from "node:assert/strict";
import { type Firestore, Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { connectVoice } from "../../src/voice/connectVoice";
import { endExpiredSessions } from "../../src/voice/endExpiredSessions";
import { SESSION_TTL_SECONDS, SWEEP_BATCH, SWEEP_MAX_BATCHES } from "../../src/voice/limits";
import { getVoiceSession } from "../../src/voice/readSessions";
import { sessions } from "../../src/voice/store";
import { costOf, ownDatabase } from "../support/countedFirestore";
import { storedSession } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

type Stored = Parameters<typeof storedSession>[1];

async function store(world: TestWorld, all: Stored[]): Promise<void> {
  const writer = world.db.bulkWriter();
  for (const one of all) {
    writer.set(sessions(world.db).doc(one.sessionId), storedSession(world, one)).catch(() => {});
  }
  await writer.close();
}

const many = (count: number, name: string, one: Partial<Stored>): Stored[] =>
  Array.from({ length: count }, (_, n) => ({ ...one, sessionId: `${name}-${n}` }));

const ago = (world: TestWorld, seconds: number) =>
  Timestamp.fromMillis(world.now().getTime() - seconds * 1_000);

/** The same database, but for the leases: as if the other's had just run out. */
function withLeasesOfItsOwn(db: Firestore, leases: string): Firestore {
  return new Proxy(db, {
    get(target, name) {
      if (name === "collection")
        return (path: string) => target.collection(path === "leases" ? leases : path);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("the sweep of expired sessions", () => {
  it("ends a session at its expiry and not a second before, and says why", async () => {
    const world = testWorld();
    await connectVoice(world.as("ann"), { sessionId: "s1", userId: "ann" });
    world.pass(SESSION_TTL_SECONDS - 1);
    assert.deepEqual(await endExpiredSessions(world.as()), { read: 0, ended: 0 });
    world.pass(1);
    assert.deepEqual(await endExpiredSessions(world.as()), { read: 1, ended: 1 });
    const session = await getVoiceSession(world.as("ann"), { sessionId: "s1" });
    assert.equal(session.status, "ended");
    assert.equal(session.endReason, "expired");
    assert.equal(session.endedAt, world.now().toISOString());
    assert.deepEqual(await endExpiredSessions(world.as()), { read: 0, ended: 0 });
  });

  it("reads only what has expired, whatever else is stored", async () => {
    const world = testWorld();
    const old = { createdAt: ago(world, 3_600) };
    await store(world, [
      ...many(20, "expired", old),
      ...many(200, "open", {}),
      ...many(200, "ended", { ...old, status: "ended" }),
    ]);
    const cost = await costOf(world.db, async () => {
      assert.deepEqual(await endExpiredSessions(world.as()), { read: 20, ended: 20 });
    });
    assert.ok(cost.reads <= 20 + 2, `${cost.reads} reads: the expired ones and the lease`);
    assert.ok(cost.writes <= 20 + 2, `${cost.writes} writes`);
    const open = await sessions(world.db).where("status", "==", "active").count().get();
    assert.equal(open.data().count, 200);
  });

  for (const [kept, each] of [
    ["kept apart by the lease", (db: Firestore) => db],
    ["not kept apart by the lease", withLeasesOfItsOwn],
  ] as const) {
    it(`with two at once, ${kept}, ends each session exactly once`, async () => {
      const world = testWorld();
      const expired = many(400, "expired", { createdAt: ago(world, 3_600) });
      await store(world, expired);
      const results = await Promise.all(
        [1, 2].map((n) => {
          const db = each(ownDatabase(world.db.databaseId), `leases-${n}`);
          return endExpiredSessions({ ...world.as(), db });
        }),
      );
      assert.equal(
        results.reduce((sum, one) => sum + one.ended, 0),
        expired.length,
      );
      const open = await sessions(world.db).where("status", "==", "active").get();
      assert.ok(open.empty);
    });
  }

  it("works in bounded batches and leaves the rest to the next run", async () => {
    const world = testWorld();
    await store(world, many(SWEEP_BATCH + 50, "expired", { createdAt: ago(world, 3_600) }));
    const cost = await costOf(world.db, () => endExpiredSessions(world.as()));
    const limits = cost.queries.map(({ query }) => (query as { limit?: { value: number } }).limit?.value);
    assert.deepEqual(limits, [SWEEP_BATCH, SWEEP_BATCH]);
    assert.ok(SWEEP_MAX_BATCHES * SWEEP_BATCH <= 5_000);
  });

  it("takes the longest expired first", async () => {
    const world = testWorld();
    await store(world, [
      { sessionId: "later", createdAt: ago(world, 3_600) },
      { sessionId: "first", createdAt: ago(world, 7_200) },
    ]);
    const cost = await costOf(world.db, () => endExpiredSessions(world.as()));
    assert.deepEqual(
      cost.queries[0]?.query.orderBy?.map((order) => order.field.fieldPath),
      ["expiresAt"],
    );
  });

  it("is not stopped by a session that cannot be read as one", async () => {
    const world = testWorld();
    await world.db.doc("voiceSessions/odd").set({ status: "active", expiresAt: ago(world, 7_200) });
    await store(world, many(3, "expired", { createdAt: ago(world, 3_600) }));
    assert.deepEqual(await endExpiredSessions(world.as()), { read: 4, ended: 4 });
  });
});
