import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "../../src/core/log";
import { KeyFile, parseKeys } from "../../src/providers/keyFile";
import { KeyPool } from "../../src/providers/keyPool";
import { eventually } from "../support/eventually";

/** A pool that follows files which the test writes; reading a missing one fails as the file system does. */
function following(files: Record<string, string | Error>, keys: string[] = ["old"]) {
  const log: Record<string, unknown>[] = [];
  const pool = new KeyPool(keys);
  let reads = 0;
  const file = new KeyFile(
    Object.keys(files),
    pool,
    createLogger("DEBUG", (line) => log.push(JSON.parse(line))),
    async (path) => {
      reads += 1;
      const content = files[path];
      if (content === undefined || content instanceof Error) throw content;
      return content;
    },
  );
  return { pool, file, files, log, reads: () => reads, keys: () => pool.order(0).sort() };
}

describe("The keys of a file", () => {
  it("are one a line or separated by commas, blanks and line ends of any kind aside", () => {
    assert.deepEqual(parseKeys("\ufeffsk-a\r\nsk-b, sk-c ,\n\n"), ["sk-a", "sk-b", "sk-c"]);
    assert.deepEqual(parseKeys(" \n,\n"), []);
    assert.deepEqual(parseKeys("sk-a b\nsk-\u0000\nsk-ü\nsk-good"), ["sk-good"], "what no header can carry");
  });

  it("take the place of those of the pool, of all files together", async () => {
    const { file, keys, log } = following({ one: "a", many: "b\nc\na" });
    assert.equal(await file.refresh(), true);
    assert.deepEqual(keys(), ["a", "b", "c"]);
    assert.equal(await file.refresh(), false, "nothing new");
    assert.deepEqual(
      log.map(({ severity, keys: count }) => [severity, count]),
      [["INFO", 3]],
    );
  });

  const unusable: [string, string | Error][] = [
    ["missing", Object.assign(new Error("ENOENT: no such file, open '/secret'"), { code: "ENOENT" })],
    ["unreadable", new Error("sk-inside-the-message")],
    ["empty", " \n"],
    ["no keys but text", "not a key at all"],
  ];
  for (const [what, content] of unusable) {
    it(`change nothing where a file is ${what}: a warning without content, once`, async () => {
      const world = following({ good: "new", file: content });
      if (typeof content === "string") world.files.good = content;
      assert.equal(await world.file.refresh(), false);
      assert.equal(await world.file.refresh(), false);
      assert.deepEqual(world.keys(), ["old"]);
      assert.deepEqual(
        world.log.map(({ severity }) => severity),
        ["WARNING"],
      );
      assert.doesNotMatch(JSON.stringify(world.log), /sk-|not a key|\/secret/);
      world.files.good = "new";
      world.files.file = "newer";
      assert.equal(await world.file.refresh(), true);
      assert.deepEqual(world.keys(), ["new", "newer"]);
    });
  }

  it("are read again and again until that is stopped", async () => {
    const { file, files, keys, reads } = following({ file: "a" });
    const stop = file.refreshEvery(5);
    await eventually(async () => assert.deepEqual(keys(), ["a"]));
    files.file = "b";
    await eventually(async () => assert.deepEqual(keys(), ["b"]));
    stop();
    const before = reads();
    await sleep(30);
    assert.equal(reads(), before);
  });

  it("are read once for however many ask at the same time", async () => {
    const { file, reads } = following({ file: "a" });
    assert.deepEqual(await Promise.all([file.refresh(), file.refresh(), file.refresh()]), [true, true, true]);
    assert.equal(reads(), 1);
  });
});
