import assert from "node:assert/strict";
import { importScript } from "./importScript";

describe("the arguments of `npm test -- …`", () => {
  it("run every test once by default, in several processes, also beside other arguments", async () => {
    const { mochaRuns } = await importScript("stack/testArguments.mjs");
    const [together = [], ...others] = mochaRuns([]) as string[][];
    const apart = others.flat();
    assert.equal(new Set(apart).size, apart.length);
    assert.equal(together.at(-1), ".build/test/**/*.test.js");
    assert.deepEqual(
      together.slice(0, -1),
      apart.map((tests) => `--ignore=${tests}`),
    );
    assert.ok(apart.includes(".build/test/simulators/**/*.test.js"));
    for (const run of mochaRuns(["--grep", "ticket"]))
      assert.deepEqual(run.slice(0, 2), ["--grep", "ticket"]);
  });

  it("name a test by its source, from wherever it is seen", async () => {
    const { mochaRuns } = await importScript("stack/testArguments.mjs");
    const compiled = [".build/test/voice/usage.test.js"];
    for (const name of [
      "functions/test/voice/usage.test.ts",
      "test/voice/usage.test.ts",
      "./test/voice/usage.test.ts",
    ]) {
      assert.deepEqual(mochaRuns([name]), [compiled]);
    }
    assert.deepEqual(mochaRuns(["voice/usage.test.ts"]), [compiled]);
    assert.deepEqual(mochaRuns(["usage.test.ts"]), [[".build/test/**/usage.test.js"]]);
  });
});
