import { spawn } from "node:child_process";
import fs from "node:fs";
import { FUNCTIONS_FOLDER, installedNode } from "./paths.mjs";
import { startStack } from "./stack.mjs";

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
const CHILD_GRACE_MS = 3000;

/** Why the work ended early: the signal that asked for it. */
export class Interrupted extends Error {
  constructor(name) {
    super(name);
    this.exitCode = SIGNALS[name];
  }
}

/**
 * Runs `work` beside a stack and stops the stack whatever happens. The first SIGINT, SIGTERM or SIGHUP ends both in
 * order, another one at once. A part of the stack that ends by itself ends the work with an error that says which.
 *
 * @param {object} options of `startStack`
 * @param {(stack: object, signal: AbortSignal) => Promise<number | undefined>} work resolves with the exit code
 * @returns the exit code; that of the signal when there was one
 */
export async function withStack(options, work) {
  const abort = new AbortController();
  let stack;
  const onSignal = (name) => {
    if (abort.signal.aborted) stack?.kill();
    else abort.abort(new Interrupted(name));
  };
  for (const name of Object.keys(SIGNALS)) process.on(name, onSignal);
  try {
    stack = await startStack({ ...options, signal: abort.signal });
    const code = await Promise.race([work(stack, abort.signal), stack.failed]);
    return abort.signal.reason?.exitCode ?? code;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    throw error;
  } finally {
    // Whatever still works against the stack has no use for itself any more.
    if (!abort.signal.aborted) abort.abort(new Interrupted("SIGTERM"));
    await stack?.stop();
    for (const name of Object.keys(SIGNALS)) process.off(name, onSignal);
  }
}

/**
 * Runs a program on Node 24 in the functions folder, with this process's output; ends it when the signal comes.
 * @returns its exit code
 */
export function runNode(args, { env, signal, output }) {
  return new Promise((resolve, reject) => {
    const out = output === undefined ? "inherit" : fs.openSync(output, "w");
    const child = spawn(installedNode(), args, {
      cwd: FUNCTIONS_FOLDER,
      env,
      stdio: ["ignore", out, out],
    });
    if (output !== undefined) fs.closeSync(out);
    const end = () => {
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), CHILD_GRACE_MS).unref();
    };
    signal?.addEventListener("abort", end, { once: true });
    child.once("error", reject);
    child.once("exit", (code) => {
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve(code ?? 1);
    });
  });
}
