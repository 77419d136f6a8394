import assert from "node:assert/strict";
import fc from "fast-check";
import { KEY_REST_MS, KeyPool } from "../../src/providers/keyPool";

describe("A pool of keys", () => {
  it("begins with another key each time", () => {
    const pool = new KeyPool(["a", "b", "c"]);
    assert.deepEqual(
      [pool.order(0), pool.order(0), pool.order(0), pool.order(0)].map(([first]) => first),
      ["a", "b", "c", "a"],
    );
  });

  it("rests a key for a minute after it failed, and still offers it last", () => {
    const pool = new KeyPool(["a", "b"]);
    pool.failed("a", 0, "refused");
    assert.deepEqual(pool.order(1), ["b", "a"]);
    assert.deepEqual(pool.order(KEY_REST_MS - 1), ["b", "a"]);
    const firsts = [pool.order(KEY_REST_MS)[0], pool.order(KEY_REST_MS)[0]];
    assert.deepEqual(new Set(firsts), new Set(["a", "b"]));
  });

  it("offers, where all rest, the one first that rests for the shortest time", () => {
    const pool = new KeyPool(["a", "b", "c"]);
    pool.failed("b", 10, "refused");
    pool.failed("a", 20, "refused");
    pool.failed("c", 30, "refused");
    for (let round = 0; round < 3; round += 1) assert.deepEqual(pool.order(40), ["b", "a", "c"]);
  });

  it("rests a key no longer once it has worked", () => {
    const pool = new KeyPool(["a", "b"]);
    pool.failed("a", 0, "refused");
    pool.succeeded("a");
    assert.deepEqual([pool.order(1)[0], pool.order(1)[0]], ["a", "b"]);
  });

  it("offers every key exactly once, whatever happened before, those at rest after all others", () => {
    const happening = fc.record({
      key: fc.integer({ min: 0, max: 4 }),
      failed: fc.boolean(),
      afterMs: fc.nat({ max: 40_000 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(happening, { maxLength: 30 }),
        (size, happened) => {
          const keys = Array.from({ length: size }, (_, index) => `key-${index}`);
          const pool = new KeyPool(keys);
          const failedAt = new Map<string, number>();
          let now = 0;
          for (const { key, failed, afterMs } of happened) {
            now += afterMs;
            const name = `key-${key % size}`;
            if (failed) {
              pool.failed(name, now, "refused");
              failedAt.set(name, now);
            } else {
              pool.succeeded(name);
              failedAt.delete(name);
            }
            const order = pool.order(now);
            assert.deepEqual([...order].sort(), keys);
            const rests = order.map((one) => now - (failedAt.get(one) ?? -Infinity) < KEY_REST_MS);
            assert.deepEqual(rests, [...rests].sort(), "those at rest come last");
          }
        },
      ),
    );
  });

  it("lets keys that stay rest on when others take the place of the rest", () => {
    const pool = new KeyPool(["a", "b"]);
    pool.failed("a", 0, "refused");
    pool.failed("b", 0, "refused");
    assert.equal(pool.replace(["b", "c", "c"]), true);
    assert.deepEqual(pool.order(1), ["c", "b"]);
    assert.deepEqual(pool.order(1), ["c", "b"]);
    pool.replace(["a"]);
    assert.equal(pool.isDown(1), false, "a key that comes back begins anew");
    assert.equal(pool.replace(["a"]), false, "nothing has changed");
  });

  it("forgets what becomes of a key that it no longer has", () => {
    const pool = new KeyPool(["a"]);
    pool.replace(["b"]);
    pool.failed("a", 0, "refused");
    pool.replace(["a"]);
    assert.equal(pool.isDown(1), false);
  });

  it("is down while all its keys rest, or where it has none", () => {
    const pool = new KeyPool(["a", "b"]);
    pool.failed("a", 0, "refused");
    assert.equal(pool.isDown(1), false);
    pool.failed("b", 10, "refused");
    assert.equal(pool.isDown(11), true);
    assert.equal(pool.isDown(KEY_REST_MS), false);
    assert.equal(new KeyPool([]).isDown(0), true);
  });

  it("may be empty", () => {
    assert.deepEqual(new KeyPool([]).order(0), []);
    assert.equal(new KeyPool([]).size, 0);
  });

  it("is not down for a failure that may pass, before it has happened three times in a row", () => {
    const pool = new KeyPool(["a"]);
    pool.failed("a", 0, "passing");
    pool.failed("a", 10, "passing");
    assert.equal(pool.isDown(11), false);
    pool.failed("a", 20, "passing");
    assert.equal(pool.isDown(21), true);
    pool.succeeded("a");
    pool.failed("a", 30, "passing");
    assert.equal(pool.isDown(31), false);
  });

  it("stays down where the account may not be used, though the provider takes the key", () => {
    const pool = new KeyPool(["a"]);
    pool.failed("a", 0, "account");
    pool.succeeded("a");
    assert.equal(pool.isDown(1), true);
    assert.equal(pool.isDown(KEY_REST_MS), false);
  });
});
