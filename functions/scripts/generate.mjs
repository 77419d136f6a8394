// Writes what follows from the functions' own declarations: openapi.json and the rewrites in firebase.json.
// With --check it writes nothing and exits 1 where one of them is stale. Needs the compiled `lib`.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { FUNCTIONS_FOLDER, REPO_FOLDER } from "./stack/paths.mjs";
import { Problem, runScript } from "./stack/problem.mjs";

const OPENAPI = path.join(FUNCTIONS_FOLDER, "openapi.json");
const FIREBASE = path.join(REPO_FOLDER, "firebase.json");

function generated() {
  if (!fs.existsSync(path.join(FUNCTIONS_FOLDER, "lib/index.js"))) {
    throw new Problem("There is no compiled code: run `npm --prefix functions run build` first.");
  }
  const require = createRequire(path.join(FUNCTIONS_FOLDER, "package.json"));
  const functions = require("./lib/index.js");
  const { describeApi, hostingRewrites, withRewrites } = require("./lib/endpoint/openapi.js");
  const api = describeApi(functions, require("./package.json").version);
  return [
    [OPENAPI, `${JSON.stringify(api, null, 2)}\n`],
    [FIREBASE, withRewrites(fs.readFileSync(FIREBASE, "utf8"), hostingRewrites(functions))],
  ];
}

const isStale = ([file, text]) => !fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text;

runScript(() => {
  const stale = generated().filter(isStale);
  if (process.argv.includes("--check")) {
    for (const [file] of stale)
      console.error(`${file} is stale: run \`npm --prefix functions run generate\`.`);
    return stale.length > 0 ? 1 : 0;
  }
  for (const [file, text] of stale) {
    fs.writeFileSync(file, text);
    console.log(`Wrote ${file}`);
  }
});
