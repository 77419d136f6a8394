import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { importScript } from "./importScript";
import { temporaryFolder } from "./temporaryFolder";

type Packages = Record<string, { version: string; integrity?: string; optional?: boolean }>;

const WANTED: Packages = {
  "": { version: "0.1.0" },
  "node_modules/ws": { version: "8.0.0", integrity: "sha512-ws" },
  "node_modules/fsevents": { version: "2.0.0", integrity: "sha512-fsevents", optional: true },
};
const { "": _, "node_modules/fsevents": __, ...HERE } = WANTED;

function packageFolder(wanted: Packages, installed?: Packages): string {
  const files: Record<string, string> = { "package-lock.json": JSON.stringify({ packages: wanted }) };
  if (installed) files["node_modules/.package-lock.json"] = JSON.stringify({ packages: installed });
  return temporaryFolder(files);
}

describe("the set-up", () => {
  it("installs when nothing is installed", async () => {
    const { whyInstall } = await importScript("stack/setup.mjs");
    assert.equal(whyInstall(packageFolder(WANTED)), "packages are not installed");
  });

  it("installs nothing when all is as the lock file says, whatever is older, and another platform's is missing", async () => {
    const { whyInstall } = await importScript("stack/setup.mjs");
    const folder = packageFolder(WANTED, HERE);
    fs.utimesSync(path.join(folder, "node_modules/.package-lock.json"), new Date(0), new Date(0));
    assert.equal(whyInstall(folder), undefined);
  });

  it("installs when a package is missing, of another version or of other content", async () => {
    const { whyInstall } = await importScript("stack/setup.mjs");
    const ws = HERE["node_modules/ws"];
    assert.ok(ws);
    const reason = "ws is not installed as the lock file says";
    assert.equal(whyInstall(packageFolder(WANTED, {})), reason);
    assert.equal(
      whyInstall(packageFolder(WANTED, { "node_modules/ws": { ...ws, version: "7.0.0" } })),
      reason,
    );
    assert.equal(
      whyInstall(packageFolder(WANTED, { "node_modules/ws": { ...ws, integrity: "sha512-x" } })),
      reason,
    );
  });

  it("finds this folder's own packages installed", async () => {
    const { whyInstall } = await importScript("stack/setup.mjs");
    assert.equal(whyInstall(), undefined);
  });

  it("removes what was compiled from a source that is no more, and nothing else", async () => {
    const { removeStale } = await importScript("stack/setup.mjs");
    const source = temporaryFolder({ "kept.ts": "", "inner/kept.ts": "" });
    const compiled = temporaryFolder({
      "kept.js": "",
      "kept.js.map": "",
      "inner/kept.js": "",
      "inner/deleted.test.js": "",
      "inner/deleted.test.js.map": "",
      "data.json": "",
    });
    removeStale(compiled, source);
    assert.deepEqual(fs.readdirSync(compiled).sort(), ["data.json", "inner", "kept.js", "kept.js.map"]);
    assert.deepEqual(fs.readdirSync(path.join(compiled, "inner")), ["kept.js"]);
  });
});
