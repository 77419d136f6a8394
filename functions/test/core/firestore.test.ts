import assert from "node:assert/strict";
import type { Firestore } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { transact } from "../../src/core/firestore";
import { rejectsWith } from "../support/appError";
import { ownDatabase } from "../support/countedFirestore";
import { loseAnswer } from "../support/lostAnswer";

const failing = (error: Error) => ({ runTransaction: () => Promise.reject(error) }) as unknown as Firestore;
const grpcError = (code: number) => Object.assign(new Error(`${code}: in the provider's words`), { code });

describe("a transaction", () => {
  it("gives what its work returns", async () => {
    const db = ownDatabase();
    const reference = db.doc("things/one");
    assert.equal(
      await transact(db, async (tx) => {
        tx.set(reference, { n: 1 });
        return "done";
      }),
      "done",
    );
    assert.equal((await reference.get()).get("n"), 1);
  });

  it("that others overtook each time is busy: safe to show, with the second after which to try again", async () => {
    const error = await rejectsWith(
      "busy",
      transact(failing(grpcError(10)), async () => undefined),
    );
    assert.deepEqual(error.details, { retryAfterSeconds: 1 });
    assert.doesNotMatch(error.safeMessage, /provider/);
  });

  it("that Firestore has closed under its reads is run again", async () => {
    const closed = Object.assign(new Error("3 INVALID_ARGUMENT: Transaction is invalid or closed."), {
      code: 3,
    });
    let tries = 0;
    const result = await transact(ownDatabase(), async () => {
      tries += 1;
      if (tries === 1) throw closed;
      return "done";
    });
    assert.deepEqual([result, tries], ["done", 2]);
    await rejectsWith(
      "busy",
      transact(failing(closed), async () => undefined),
    );
  });

  it("that Firestore has closed at its commit, which it may have done, is run again by work that tells", async () => {
    const closed = Object.assign(new Error("3 INVALID_ARGUMENT: Invalid transaction."), { code: 3 });
    let runs = 0;
    const sentAgain = {
      runTransaction: async (work: (tx: unknown) => Promise<unknown>) => {
        runs += 1;
        const result = await work({});
        if (runs === 1) throw closed;
        return result;
      },
    } as unknown as Firestore;
    let done = 0;
    const result = await transact(
      sentAgain,
      async () => {
        done += 1;
        return "done";
      },
      async () => true,
    );
    assert.deepEqual([result, done, runs], ["done", 1, 2]);
  });

  it("that was committed, though nobody was told, is not done again by work that tells what it has done", async () => {
    const db = ownDatabase();
    const reference = db.doc("things/one");
    const add = (landed?: Parameters<typeof transact>[2]) =>
      transact(
        db,
        async (tx) => {
          const n = ((await tx.get(reference)).get("n") ?? 0) + 1;
          tx.set(reference, { n });
          return n;
        },
        landed,
      );
    loseAnswer(db, "things");
    assert.equal(await add(), 2);
    loseAnswer(db, "things");
    assert.equal(await add(async (tx) => (await tx.get(reference)).get("n") === 3), 3);
    assert.equal((await reference.get()).get("n"), 3);
  });

  it("fails with whatever else went wrong, as it is", async () => {
    const tooBig = "3 INVALID_ARGUMENT: Transaction too big. Decrease transaction size.";
    for (const error of [grpcError(14), Object.assign(new Error(tooBig), { code: 3 })]) {
      await assert.rejects(
        transact(failing(error), async () => undefined),
        (thrown) => thrown === error,
      );
    }
  });
});
