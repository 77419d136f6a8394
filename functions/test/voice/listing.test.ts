import assert from "node:assert/strict";
import { Timestamp } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { listVoiceSessions } from "../../src/voice/readSessions";
import { sessions } from "../../src/voice/store";
import { rejectsWith } from "../support/appError";
import { costOf } from "../support/countedFirestore";
import { storedSession } from "../support/storedSession";
import { type TestWorld, testWorld } from "../support/testCtx";

/** All pages of a user's list, by following the cursors. */
async function pages(world: TestWorld, user: string, limit: number): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await listVoiceSessions(world.as(user), { userId: user, limit, cursor });
    all.push(page.sessions.map((session) => session.sessionId));
    cursor = page.nextCursor;
  } while (cursor);
  return all;
}

async function store(
  world: TestWorld,
  user: string,
  created: [id: string, createdAt: Timestamp][],
): Promise<void> {
  const batch = world.db.batch();
  for (const [sessionId, createdAt] of created) {
    const session = storedSession(world, { sessionId, userId: user, createdAt });
    batch.set(sessions(world.db).doc(sessionId), session);
  }
  await batch.commit();
}

describe("the pages of the session list", () => {
  it("give each session once, newest first, also those of the very same instant", async () => {
    const world = testWorld();
    const sameInstant = new Timestamp(1_790_000_000, 123_456_000);
    const created = Array.from({ length: 25 }, (_, n): [string, Timestamp] => [
      `s-${String((n * 7) % 25).padStart(2, "0")}`,
      n % 5 === 0 ? new Timestamp(1_790_000_000 + n, 0) : sameInstant,
    ]);
    await store(world, "ann", created);
    await store(world, "bob", [["other", sameInstant]]);
    const expected = [...created]
      .sort(([idA, a], [idB, b]) => b.toMillis() - a.toMillis() || (idA < idB ? 1 : -1))
      .map(([id]) => id);
    for (const limit of [1, 3, 5, 24, 25, 100]) {
      const all = await pages(world, "ann", limit);
      assert.deepEqual(all.flat(), expected);
      assert.equal(all.length, Math.ceil(25 / limit));
      assert.ok(all.slice(0, -1).every((page) => page.length === limit));
    }
  });

  it("stay exact while newer sessions come in", async () => {
    const world = testWorld();
    const at = (n: number): [string, Timestamp] => [`s-${n}`, new Timestamp(1_790_000_000 + n, 0)];
    await store(world, "ann", [at(1), at(2), at(3), at(4)]);
    const first = await listVoiceSessions(world.as("ann"), { userId: "ann", limit: 2 });
    await store(world, "ann", [at(5), at(6)]);
    const second = await listVoiceSessions(world.as("ann"), {
      userId: "ann",
      limit: 2,
      cursor: first.nextCursor,
    });
    assert.deepEqual(
      [...first.sessions, ...second.sessions].map((session) => session.sessionId),
      ["s-4", "s-3", "s-2", "s-1"],
    );
    assert.equal(second.nextCursor, undefined);
  });

  it("read one document more than they show, however many there are", async () => {
    const world = testWorld();
    await store(
      world,
      "ann",
      Array.from({ length: 30 }, (_, n) => [`s-${n}`, new Timestamp(1_790_000_000 + n, 0)]),
    );
    const cost = await costOf(world.db, () =>
      listVoiceSessions(world.as("ann"), { userId: "ann", limit: 5 }),
    );
    assert.deepEqual([cost.reads, cost.writes, cost.roundTrips], [6, 0, 1]);
  });

  it("take no cursor but one they gave out, and none shows another user's sessions", async () => {
    const world = testWorld();
    const created = new Timestamp(1_790_000_000, 0);
    await store(world, "ann", [["a-1", created]]);
    await store(world, "bob", [
      ["b-1", created],
      ["b-2", created],
    ]);
    const bobs = await listVoiceSessions(world.as("bob"), { userId: "bob", limit: 1 });
    const shown = await listVoiceSessions(world.as("ann"), {
      userId: "ann",
      limit: 10,
      cursor: bobs.nextCursor,
    });
    assert.deepEqual(
      shown.sessions.map((session) => session.userId),
      ["ann"],
    );

    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    for (const cursor of [
      "x",
      "%%%",
      encoded(null),
      encoded({}),
      encoded([]),
      encoded([1, 2]),
      encoded(["1", 0, "a"]),
      encoded([1, 2, "a", 3]),
      encoded([1.5, 0, "a"]),
      encoded([1e20, 0, "a"]),
      encoded([-1e20, 0, "a"]),
      encoded([1, -1, "a"]),
      encoded([1, 1e9, "a"]),
      encoded([1, 0, ""]),
      encoded([1, 0, "a/b"]),
      encoded([1, 0, "__reserved__"]),
      encoded([1, 0, ".."]),
    ]) {
      const tampered = listVoiceSessions(world.as("ann"), { userId: "ann", limit: 10, cursor });
      const error = await rejectsWith("invalid_argument", tampered);
      assert.equal(error.details.field, "cursor");
    }
  });
});
