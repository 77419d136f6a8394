import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import readline from "node:readline";

/** Sends a signal to a process group; false when it is gone. */
export function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

// Only what the emulators start: somebody may have opened a log of the stack in another program.
const EMULATOR_COMMAND = /java|pubsub-emulator/;

function emulatorsMentioning(text) {
  const list = execFileSync("ps", ["-A", "-ww", "-o", "pid=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return list
    .split("\n")
    .filter((line) => line.includes(text) && EMULATOR_COMMAND.test(line))
    .map((line) => Number.parseInt(line, 10));
}

/**
 * Ends at once the Java processes of one stack's emulators. They lead process groups of their own, but run under a
 * path inside the stack's folder.
 */
export function killEmulators(folder) {
  for (let round = 0; round < 20; round++) {
    const left = emulatorsMentioning(folder);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }
}

/** Ends at once everything that belongs to a stack. */
export function killStack({ groups, folder }) {
  for (const group of groups) signalGroup(group, "SIGKILL");
  killEmulators(folder);
}

const within = (promise, ms) => {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
};

/**
 * Starts one part of the stack in a process group of its own, so that a Ctrl-C in the terminal reaches only the
 * script, which then stops the parts in order.
 *
 * @param onLine called with each line that it prints; all of them also go to `logFile`
 */
export function startPart({ name, command, args, cwd, env, logFile, onLine = () => {} }) {
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const log = fs.createWriteStream(logFile, { mode: 0o600 });
  for (const stream of [child.stdout, child.stderr]) {
    readline.createInterface({ input: stream }).on("line", (line) => {
      if (!log.destroyed) log.write(`${line}\n`);
      onLine(line);
    });
  }
  log.on("error", () => {});
  const exited = new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
    });
  });
  return {
    name,
    pid: child.pid,
    logFile,
    /** Resolves with how it ended. */
    exited,
    /** Asks it to end and gives it some time for that; resolves when it has ended or the time is up. */
    async stop(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
      signalGroup(child.pid, "SIGTERM");
      await within(exited, graceMs);
    },
  };
}

/** The last lines of a log file. */
export function tail(file, lines = 25) {
  if (!fs.existsSync(file)) return "";
  return fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
