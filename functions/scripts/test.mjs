// Lints, compiles and runs every test against a stack of its own, with every provider simulated.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { FUNCTIONS_FOLDER, installedCommand, installedNode } from "./stack/paths.mjs";
import { Problem, runScript } from "./stack/problem.mjs";
import { build, setUp } from "./stack/setup.mjs";
import { mochaRuns } from "./stack/testArguments.mjs";
import { runNode, withStack } from "./stack/withStack.mjs";

const REPORTER = fileURLToPath(new URL("./stack/countingReporter.cjs", import.meta.url));
// Far more than any test takes, for machines that are slow or busy: only what hangs is to fail by it.
const TEST_TIMEOUT_MS = 60_000;
const SLOW_MS = 2000;

function lint() {
  const { status } = spawnSync(
    installedNode(),
    [installedCommand("biome"), "check", "--error-on-warnings", "."],
    {
      cwd: FUNCTIONS_FOLDER,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  if (status !== 0) throw new Problem("Linting failed (biome check, see above).");
}

/**
 * Runs mocha in so many processes at once; the first prints as it goes, what the others print follows. What failed in any of
 * them is told once more at the end.
 */
async function runMocha(stack, signal) {
  const runs = mochaRuns(process.argv.slice(2)).map((args, index) => {
    const output = index === 0 ? undefined : path.join(stack.folder, `tests-${index}.log`);
    return { args, output, countsFile: path.join(stack.folder, `counts-${index}.json`) };
  });
  const ended = await Promise.all(runs.map((run) => runOne(run, stack, signal)));
  for (const { output } of runs) if (output) process.stdout.write(fs.readFileSync(output));
  const reports = ended.map(({ report }) => report).filter((report) => report !== "");
  if (runs.length > 1 && reports.length > 0) console.log(["\nWhat failed:", ...reports, ""].join("\n"));
  return ended.reduce((a, b) => ({
    code: a.code || b.code,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }));
}

async function runOne({ args, output, countsFile }, stack, signal) {
  const code = await runNode(
    [
      "--enable-source-maps",
      path.join(FUNCTIONS_FOLDER, "node_modules/mocha/bin/mocha.js"),
      `--reporter=${REPORTER}`,
      `--timeout=${TEST_TIMEOUT_MS}`,
      `--slow=${SLOW_MS}`,
      // A client that keeps a socket open must not keep a finished run from ending.
      "--exit",
      ...(process.env.CI ? ["--forbid-only"] : []),
      ...args,
    ],
    { env: { ...stack.env, COUNTS_FILE: countsFile }, signal, output },
  );
  if (!fs.existsSync(countsFile)) throw new Problem("The tests ended before their end: nothing was counted.");
  return { code, ...JSON.parse(fs.readFileSync(countsFile, "utf8")) };
}

// What goes wrong before or beside the tests counts as one failure, so that the last line never says that all is well.
const BROKEN = { passed: 0, failed: 1, skipped: 0 };

async function test() {
  let counts = BROKEN;
  let code = 1;
  try {
    await setUp();
    lint();
    await build();
    code = await withStack({ ports: "free", providers: "simulated" }, async (stack, signal) => {
      counts = await runMocha(stack, signal);
      return counts.code;
    });
    if (counts.passed + counts.failed === 0) console.error("No test has run.");
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    code = 1;
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed > 0 || counts.passed === 0 ? code || 1 : code;
}

runScript(test);
