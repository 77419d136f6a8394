import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { inFunctions } from "../support/repositoryFiles";
import { codeBlocks } from "./readme";

// Inside the package, so that the compiler finds the real packages.
const FOLDER = inFunctions(".build", `readme-${process.pid}`);
const TSC = inFunctions("node_modules", ".bin", "tsc");
const PROJECT = {
  extends: "../../tsconfig.json",
  compilerOptions: { noEmit: true, rootDir: ".", types: ["node"] },
  include: ["*.ts"],
  // The package's output folder is left out otherwise.
  exclude: [],
};

function compile(snippets: string[]): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, "tsconfig.json"), JSON.stringify(PROJECT));
  for (const [index, code] of snippets.entries()) {
    writeFileSync(path.join(FOLDER, `snippet${index + 1}.ts`), code);
  }
  return spawnSync(process.execPath, [TSC, "-p", FOLDER], { encoding: "utf8" }).stdout;
}

describe("the code in README.md", () => {
  const snippets = codeBlocks("ts");
  before(() => assert.ok(snippets.length >= 3, "README.md has lost its code"));
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  it("compiles against the real packages", function () {
    this.timeout(60_000);
    assert.equal(compile(snippets), "");
  });

  it("would not compile with a mistake in it: the compiler does look at it", function () {
    this.timeout(60_000);
    const [first = ""] = snippets;
    const mistaken = first.replace("currentUser?.uid", "currentUser?.uId");
    assert.notEqual(mistaken, first);
    assert.match(compile([mistaken]), /snippet1\.ts.*uId/);
  });
});
