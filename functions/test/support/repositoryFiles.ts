import { readFileSync } from "node:fs";
import path from "node:path";

// Compiled, this file is functions/.build/test/support/repositoryFiles.js.
const FUNCTIONS = path.resolve(__dirname, "../../..");

/** Where a file or folder of the functions package is. */
export function inFunctions(...names: string[]): string {
  return path.join(FUNCTIONS, ...names);
}

/** The text of a file in the functions package, or with `../` in the repository. */
export function readFunctionsFile(name: string): string {
  return readFileSync(inFunctions(name), "utf8");
}
