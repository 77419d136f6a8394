import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { baseEnvironment, emulatorEnvironment, stackUrls, stackVariables } from "./environment.mjs";
import { pathWithJava } from "./java.mjs";
import { FUNCTIONS_FOLDER, installedCommand, installedNode, PROJECT_ID } from "./paths.mjs";
import { choosePorts } from "./ports.mjs";
import { Problem } from "./problem.mjs";
import { killEmulators, killStack, startPart, tail } from "./processes.mjs";
import { emulatorReadiness, untilAnswers } from "./readiness.mjs";
import { stackSettings, userSettings } from "./settings.mjs";
import { makeStackFolder } from "./stackFolder.mjs";

const EMULATORS = ["functions", "firestore", "auth", "hosting", "pubsub", "tasks"];
const RELAY_GRACE_MS = 9_000;
const SIMULATORS_GRACE_MS = 2_000;
const EMULATORS_GRACE_MS = 5_000;
const KILLED_MS = 1_000;

function startGuard(folder) {
  const guard = spawn(installedNode(), [fileURLToPath(new URL("./guard.mjs", import.meta.url))], {
    cwd: path.parse(folder).root,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  guard.stdin.unref?.();
  guard.stdin.on("error", () => {});
  guard.on("error", () => {});
  return {
    tell: (what) => guard.stdin.write(`${JSON.stringify(what)}\n`),
    end: (what) => guard.stdin.end(`${JSON.stringify(what)}\n`),
  };
}

// A function's own output, as the Functions emulator passes it on.
const FUNCTION_OUTPUT = /^>\s/;

/**
 * Starts the whole stack and resolves when every part answers.
 *
 * @param {object} options
 * @param {"fixed" | "free"} options.ports
 * @param {"configured" | "simulated"} options.providers `simulated` ignores every setting of the user's
 * @param {boolean} [options.verbose] prints what functions and relay print
 * @param {AbortSignal} [options.signal] gives up starting
 * @returns urls, env (for what runs against it), providers, `failed` (rejects when a part ends by itself),
 *   stop() (orderly, bounded) and kill() (at once); both may be called again at any time
 * @throws Problem
 */
export async function startStack({ ports: portKind, providers: providerKind, verbose = false, signal }) {
  const baseEnv = baseEnvironment(pathWithJava());
  const ports = await choosePorts(portKind);
  const user = providerKind === "configured" ? userSettings(FUNCTIONS_FOLDER) : {};
  const { settings, providers, simulators: knownToSimulators } = stackSettings({ user, ports });
  const urls = stackUrls(ports);
  const variables = stackVariables(ports, urls);

  signal?.throwIfAborted();
  const folder = makeStackFolder({ ports, settings });
  const guard = startGuard(folder);
  guard.tell({ folder });

  const parts = [];
  const stopping = new AbortController();
  let reportFailure;
  const failed = new Promise((_, reject) => {
    reportFailure = reject;
  });
  failed.catch(() => {});

  const failure = (problem, part, log = part.logFile) =>
    problem instanceof Problem
      ? new Problem(`${problem.message}\nThe last lines of the ${part.name}:\n${tail(log)}`)
      : problem;

  function add({ crashLog, ...options }) {
    const part = startPart({ cwd: folder, ...options });
    guard.tell({ group: part.pid });
    parts.push(part);
    part.exited.then((how) => {
      const problem = new Problem(`The ${part.name} ${how} unexpectedly.`);
      if (!stopping.signal.aborted) reportFailure(failure(problem, part, crashLog));
    });
    return part;
  }

  function kill() {
    stopping.abort();
    killStack({ groups: parts.map((part) => part.pid).filter(Boolean), folder });
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    guard.end({ done: true });
  }

  async function stopInOrder() {
    const [simulators, relay, emulators] = parts;
    // The relay first, while it can still write to Firestore and talk to the simulators.
    await relay?.stop(RELAY_GRACE_MS);
    await simulators?.stop(SIMULATORS_GRACE_MS);
    // The Java processes keep nothing that an orderly end would save, and firebase-tools, when one of them is slow to
    // end, ends every Pub/Sub emulator of the machine.
    if (parts.length > 0) killEmulators(folder);
    await emulators?.stop(EMULATORS_GRACE_MS);
    kill();
    await Promise.race([
      Promise.all(parts.map((part) => part.exited)),
      sleep(KILLED_MS, undefined, { ref: false }),
    ]);
  }

  let stopped;
  function stop() {
    stopping.abort();
    stopped ??= stopInOrder();
    return stopped;
  }

  const print = (name, line) => verbose && console.log(`${name} | ${line}`);
  const logFile = (name) => path.join(folder, `${name}.log`);

  try {
    const readiness = emulatorReadiness(stopping.signal);
    const simulators = add({
      name: "simulators",
      command: installedNode(),
      args: [path.join(FUNCTIONS_FOLDER, ".build/simulators/main.js")],
      env: { ...baseEnv, ...knownToSimulators, SIMULATORS_PORT: String(ports.simulators) },
      logFile: logFile("simulators"),
      onLine: (line) => print("simulators", line),
    });
    const relay = add({
      name: "relay",
      command: installedNode(),
      args: [path.join(FUNCTIONS_FOLDER, "lib/relay/main.js")],
      env: { ...baseEnv, ...variables, ...settings, HOST: "127.0.0.1", PORT: String(ports.relay) },
      logFile: logFile("relay"),
      onLine: (line) => print("relay", line),
    });
    const emulators = add({
      name: "emulators",
      command: installedNode(),
      args: [
        installedCommand("firebase"),
        "emulators:start",
        `--project=${PROJECT_ID}`,
        `--only=${EMULATORS.join(",")}`,
        `--config=${path.join(folder, "firebase.json")}`,
        "--non-interactive",
      ],
      env: emulatorEnvironment(folder, baseEnv),
      logFile: logFile("emulators"),
      crashLog: logFile("firebase-debug"),
      onLine(line) {
        readiness.onLine(line);
        if (FUNCTION_OUTPUT.test(line)) print("functions", line.replace(FUNCTION_OUTPUT, "").trimStart());
      },
    });
    const ready = (promise, part) =>
      promise.catch((problem) => {
        throw failure(problem, part);
      });
    const aborted = new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const answers = (url, part) => ready(untilAnswers(url, `The ${part.name}`, stopping.signal), part);
    await Promise.race([
      Promise.all([
        answers(`${urls.simulators}/healthz`, simulators),
        ready(readiness.outcome, emulators)
          .then(() => answers(`${urls.hosting}/`, emulators))
          // The relay may be ready only when Firestore is.
          .then(() => answers(`${urls.relayHttp}/readyz`, relay)),
      ]),
      failed,
      aborted,
    ]);
    const env = {
      ...baseEnv,
      ...variables,
      ...settings,
      RELAY_PID: String(relay.pid),
    };
    return { urls, env, providers, folder, failed, stop, kill };
  } catch (error) {
    await stop();
    throw error;
  }
}
