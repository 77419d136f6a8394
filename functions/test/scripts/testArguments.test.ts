import assert from "node:assert/strict";
import { importScript } from "./importScript";

describe("the arguments of `npm test -- …`", () => {
  it("run every test by default, also beside other arguments", async () => {
    const { mochaArguments } = await importScript("stack/testArguments.mjs");
    assert.deepEqual(mochaArguments([]), [".build/test/**/*.test.js"]);
    assert.deepEqual(mochaArguments(["--grep", "ticket"]), ["--grep", "ticket", ".build/test/**/*.test.js"]);
  });

  it("name a test by its source, from wherever it is seen", async () => {
    const { mochaArguments } = await importScript("stack/testArguments.mjs");
    const compiled = [".build/test/voice/usage.test.js"];
    for (const name of [
      "functions/test/voice/usage.test.ts",
      "test/voice/usage.test.ts",
      "./test/voice/usage.test.ts",
    ]) {
      assert.deepEqual(mochaArguments([name]), compiled);
    }
    assert.deepEqual(mochaArguments(["voice/usage.test.ts"]), compiled);
    assert.deepEqual(mochaArguments(["usage.test.ts"]), [".build/test/**/usage.test.js"]);
  });
});
