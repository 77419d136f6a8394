import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FUNCTIONS_FOLDER, installedCommand, installedNode } from "./paths.mjs";
import { Problem } from "./problem.mjs";

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

/**
 * Why the installed packages are not those of the lock file, or undefined when they are. By content, because a clone
 * gives every file the same age. Optional packages of other platforms may be missing.
 */
export function whyInstall(folder = FUNCTIONS_FOLDER) {
  const installedLock = path.join(folder, "node_modules", ".package-lock.json");
  if (!fs.existsSync(installedLock)) return "packages are not installed";
  const wanted = readJson(path.join(folder, "package-lock.json")).packages;
  const installed = readJson(installedLock).packages;
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === "" || entry.link) continue;
    const found = installed[name];
    if (!found && (entry.optional || entry.devOptional)) continue;
    if (found?.version !== entry.version || found?.integrity !== entry.integrity) {
      return `${name.replace(/^.*node_modules\//, "")} is not installed as the lock file says`;
    }
  }
  return undefined;
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryLock(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

function removeLockOfTheDead(lock) {
  try {
    const text = fs.readFileSync(lock, "utf8");
    const age = Date.now() - fs.statSync(lock).mtimeMs;
    // An empty lock is one whose owner is about to write its id, unless it has been so for long.
    if (text === "" ? age > 5000 : !isRunning(Number(text))) fs.rmSync(lock, { force: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

/** Runs `work` while no other process that asks for the same `folder` does. */
async function oneAtATime(folder, work) {
  const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  const lock = path.join(os.tmpdir(), `voice-setup-${name}.lock`);
  let waiting = false;
  while (!tryLock(lock)) {
    if (!waiting) console.log("Waiting for another set-up of this folder to finish …");
    waiting = true;
    removeLockOfTheDead(lock);
    await sleep(250);
  }
  // A set-up that is interrupted must not leave the lock: a later process could have its id.
  const unlock = () => fs.rmSync(lock, { force: true });
  process.once("exit", unlock);
  try {
    return await work();
  } finally {
    process.off("exit", unlock);
    unlock();
  }
}

function withoutInstalledCommands(searchPath = "") {
  return searchPath
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(path.delimiter);
}

function install(reason) {
  console.log(`Installing packages (${reason}) …`);
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const npm = spawn(
      "npm",
      ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", FUNCTIONS_FOLDER],
      {
        cwd: FUNCTIONS_FOLDER,
        // npm must not run on the Node that it is about to replace.
        env: { ...process.env, PATH: withoutInstalledCommands(process.env.PATH) },
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    npm.once("error", (error) => reject(new Problem(`npm does not run: ${error.message}`)));
    npm.once("close", (code) => {
      if (code !== 0) reject(new Problem("Installing the packages failed (npm ci, see above)."));
      else resolve(console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`));
    });
  });
}

function compiledFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.js(\.map)?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

/** Removes what was compiled from a source that is no more: a deleted test must not run. */
export function removeStale(outFolder, sourceFolder) {
  for (const file of compiledFiles(outFolder)) {
    const source = path.relative(outFolder, file).replace(/\.js(\.map)?$/, ".ts");
    if (!fs.existsSync(path.join(sourceFolder, source))) fs.rmSync(file);
  }
}

function compile(project, outFolder, sourceFolder) {
  const inFolder = (name) => path.join(FUNCTIONS_FOLDER, name);
  const { status, error } = spawnSync(installedNode(), [installedCommand("tsc"), "-p", project], {
    cwd: FUNCTIONS_FOLDER,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) throw new Problem(`Compiling failed (tsc -p ${project}, see above).`);
  // After, not before, so that a stack that runs beside this never misses a file.
  removeStale(inFolder(outFolder), inFolder(sourceFolder));
}

/** Installs what is missing. */
export async function setUp() {
  await oneAtATime(FUNCTIONS_FOLDER, async () => {
    const reason = whyInstall();
    if (reason) await install(reason);
    if (!fs.existsSync(installedNode())) {
      throw new Problem(
        "Node 24 (the package `node`) is not installed: run `npm rebuild node` in functions.",
      );
    }
  });
}

/** Compiles src to lib, which is deployed, and everything to .build, which is not. */
export async function build() {
  await oneAtATime(FUNCTIONS_FOLDER, () => {
    compile("tsconfig.build.json", "lib", "src");
    compile("tsconfig.json", ".build", ".");
  });
}
