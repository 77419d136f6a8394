import { spawnSync } from "node:child_process";
import { FUNCTIONS_FOLDER, installedNode, PROJECT_ID, REGION } from "./paths.mjs";
import { Problem } from "./problem.mjs";

const EVERY_MS = 60_000;
const LIST = `
  const functions = require("./lib/index.js");
  console.log(JSON.stringify(Object.keys(functions).filter((name) => functions[name].__endpoint?.scheduleTrigger)));
`;

/** The names of the compiled functions that run on a schedule. */
export function scheduledFunctions() {
  const { status, stdout } = spawnSync(installedNode(), ["-e", LIST], {
    cwd: FUNCTIONS_FOLDER,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Problem("The compiled functions cannot be loaded (see above).");
  return JSON.parse(stdout);
}

/**
 * Does what Cloud Scheduler does and the emulators do not: runs each scheduled function once a minute, until the signal.
 * @param {string} functionsOrigin of the Functions emulator
 */
export function keepSchedules({ functionsOrigin, names, signal }) {
  const timer = setInterval(() => {
    for (const name of names) void fire(functionsOrigin, name, signal);
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function fire(origin, name, signal) {
  const trigger = `functions/projects/${PROJECT_ID}/triggers/${REGION}-${name}-0`;
  try {
    await fetch(`${origin}/${trigger}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
      signal,
    });
  } catch (error) {
    if (!signal.aborted) console.error(`The schedule of ${name} could not be kept: ${error.message}`);
  }
}
