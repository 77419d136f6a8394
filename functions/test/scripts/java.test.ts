import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { importScript } from "./importScript";
import { temporaryFolder } from "./temporaryFolder";

function pathWithJavaThatSays(text: string): string {
  const folder = temporaryFolder({ java: `#!/bin/sh\necho '${text}' >&2\n` });
  fs.chmodSync(path.join(folder, "java"), 0o755);
  return folder;
}

const oneLineWithRemedy = (start: RegExp) => (error: Error) => {
  assert.match(error.message, start);
  assert.match(error.message, /Java 11 or later: install one/);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

describe("the search for Java", () => {
  it("says in one line that it is missing, and the remedy", async () => {
    const { pathWithJava } = await importScript("stack/java.mjs");
    assert.throws(() => pathWithJava({ PATH: temporaryFolder() }), oneLineWithRemedy(/^Java is missing\. /));
  });

  it("says in one line that it is too old, and the remedy", async () => {
    const { pathWithJava } = await importScript("stack/java.mjs");
    const PATH = pathWithJavaThatSays('java version "1.8.0_292"');
    assert.throws(() => pathWithJava({ PATH }), oneLineWithRemedy(/^Java 8 is too old\. /));
  });

  it("prefers that of JAVA_HOME", async () => {
    const { pathWithJava } = await importScript("stack/java.mjs");
    const old = pathWithJavaThatSays('java version "1.8.0_292"');
    const home = temporaryFolder({ "bin/java": "#!/bin/sh\necho 'openjdk version \"21.0.1\"' >&2\n" });
    fs.chmodSync(path.join(home, "bin/java"), 0o755);
    const found = pathWithJava({ PATH: old, JAVA_HOME: home });
    assert.equal(found.split(path.delimiter)[0], path.join(home, "bin"));
  });
});
