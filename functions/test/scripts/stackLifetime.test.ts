import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { temporaryFolder } from "./temporaryFolder";

const START_MS = 60_000;
const STOP_MS = 15_000;

interface Stack {
  script: ChildProcess;
  folder: string;
  relayPid: number;
  urls: { hosting: string };
  exit: Promise<number>;
  output: () => string;
}

/** What `start` does, without compiling anew what is just being tested, on free ports. */
const script = (options: string) => `
  import { withStack } from ${JSON.stringify(pathToFileURL(path.resolve("scripts/stack/withStack.mjs")).href)};
  import { runScript } from ${JSON.stringify(pathToFileURL(path.resolve("scripts/stack/problem.mjs")).href)};
  runScript(() => withStack(${options}, async (stack, signal) => {
    const { folder, urls } = stack;
    console.log("UP " + JSON.stringify({ folder, urls, relayPid: Number(stack.env.RELAY_PID) }));
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }));
`;

function run(): Pick<Stack, "script" | "exit" | "output"> {
  const file = path.join(temporaryFolder(), "start.mjs");
  fs.writeFileSync(file, script(`{ ports: "free", providers: "simulated" }`));
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const exit = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  return { script: child, exit, output: () => output };
}

async function until<T>(what: string, ms: number, look: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function start(): Promise<Stack> {
  const running = run();
  const text = await until("the stack is up", START_MS, () => {
    if (running.script.exitCode !== null) throw new Error(`The script ended: ${running.output()}`);
    return /^UP (.*)$/m.exec(running.output())?.[1];
  });
  return { ...running, ...JSON.parse(text) };
}

/** The processes that a stack has started, its own and those of the emulators; no dead ones that nobody has reaped. */
function processesOf({ folder, script }: Pick<Stack, "folder" | "script">): number[] {
  const lines = execFileSync("ps", ["-A", "-ww", "-o", "pid=,ppid=,stat=,command="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, ppid, state = "", command = ""]) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      state,
      command,
    }))
    .filter(({ state }) => !state.startsWith("Z"));
  const found = new Set([script.pid]);
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { pid, ppid, command } of lines) {
      if (found.has(ppid) || command.includes(folder)) found.add(pid);
    }
  }
  return [...found].filter((pid): pid is number => pid !== script.pid && pid !== undefined);
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // A dead process that its parent has not reaped yet can still be signalled.
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
};

async function assertNothingIsLeft(stack: Stack, processes: number[]) {
  await until("every process has ended", STOP_MS, () => !processes.some(isAlive));
  await until("the folder is removed", STOP_MS, () => !fs.existsSync(stack.folder));
}

/** Everything in the repository that git does not know: what a start or stop left behind would be there. */
const workTree = () =>
  execFileSync("git", ["status", "--porcelain", "--ignored", "--untracked-files=all", "--", "."], {
    cwd: "..",
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  })
    .split("\n")
    .filter((line) => !/node_modules|functions\/(lib|\.build)\b/.test(line));

describe("a stack's life", function () {
  this.timeout(START_MS + 2 * STOP_MS);
  let stack: Stack | undefined;

  afterEach(() => {
    if (stack && stack.script.exitCode === null) stack.script.kill("SIGKILL");
  });

  it("leaves no process and no file behind when Ctrl-C is pressed, twice", async () => {
    const before = workTree();
    stack = await start();
    // A worker of the Functions emulator, which must end as well.
    await fetch(`${stack.urls.hosting}/api/voice/sessions`);
    const processes = processesOf(stack);
    assert.ok(processes.length >= 6, `guard, simulators, relay, firebase, two of Java: ${processes}`);
    stack.script.kill("SIGINT");
    stack.script.kill("SIGINT");
    assert.equal(await stack.exit, 130, stack.output());
    await assertNothingIsLeft(stack, processes);
    assert.deepEqual(workTree(), before);
  });

  it("ends everything when the script itself is killed", async () => {
    stack = await start();
    const processes = processesOf(stack);
    stack.script.kill("SIGKILL");
    await assertNothingIsLeft(stack, processes);
  });

  it("says which part ended by itself, and stops the rest", async () => {
    stack = await start();
    const processes = processesOf(stack);
    process.kill(stack.relayPid, "SIGKILL");
    assert.equal(await stack.exit, 1);
    assert.match(stack.output(), /^The relay was ended by SIGKILL unexpectedly\.$/m);
    await assertNothingIsLeft(stack, processes);
  });

  it("can be ended by SIGTERM, even while it starts", async () => {
    const running = run();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const processes = processesOf({ folder: "/nowhere/voice-stack-", script: running.script });
    assert.ok(processes.length > 0);
    running.script.kill("SIGTERM");
    assert.equal(await running.exit, 143, running.output());
    await until("every process has ended", STOP_MS, () => !processes.some(isAlive));
  });
});
