import assert from "node:assert/strict";
import type { Firestore } from "firebase-admin/firestore";
import { describe, it } from "mocha";
import { transact } from "../../src/core/firestore";
import { rejectsWith } from "../support/appError";
import { ownDatabase } from "../support/countedFirestore";

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

  it("fails with whatever else went wrong, as it is", async () => {
    const error = grpcError(14);
    await assert.rejects(
      transact(failing(error), async () => undefined),
      (thrown) => thrown === error,
    );
  });
});
